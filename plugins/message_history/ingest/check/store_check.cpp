#include "ingest/check/store_check.h"

#include <crm/cpp/failure.hpp>

#include <functional>
#include <memory>
#include <string>

#include "export/audit/audit.h"
#include "ingest/check/recount.h"

namespace message_history {

namespace {

class StoreCheck {
 public:
  StoreCheck(Store& store, TimeZone& zone, const FindingSink& sink)
      : store_(store), zone_(zone), sink_(sink), maintenance_(store.maintain()) {}

  CheckTotals run(Rebuild rebuild) {
    totals_.rows = maintenance_->read_everything(counting());
    attempt("audit", [this] {
      const auto chain = verify_chain(*store_.snapshot());
      if (!chain) throw crm::Failure(chain.error());
      totals_.rows += chain.value().rows;
    });
    if (totals_.damaged > 0) return totals_;
    attempt("facts", [this] {
      recount(*maintenance_, store_.facts(), zone_);
      maintenance_->compare(counting());
    });
    if (rebuild == Rebuild::yes && totals_.damaged == 0 && totals_.differing > 0) replace();
    return totals_;
  }

 private:
  FindingSink counting() {
    return [this](const Finding& finding) {
      ++(finding.part == Finding::Part::fact ? totals_.damaged : totals_.differing);
      sink_(finding);
    };
  }

  void attempt(const char* table, const std::function<void()>& work) {
    try {
      work();
    } catch (const crm::Failure& failure) {
      if (failure.status() != CRM_ERR_CORRUPT) throw;
      counting()({Finding::Part::fact, table, "", failure.what()});
    }
  }

  void replace() {
    maintenance_->replace();
    // Compares once more: a replacement that is not proved is taken back.
    std::int64_t left = 0;
    maintenance_->compare([&left](const Finding&) { ++left; });
    if (left > 0) {
      throw crm::Failure(CRM_ERR_CORRUPT,
                         "what is derived could not be made anew: " + std::to_string(left) +
                             " differences are left; restore the tenant's folder from a backup");
    }
    maintenance_->commit();
    totals_.is_rebuilt = true;
  }

  Store& store_;
  TimeZone& zone_;
  const FindingSink& sink_;
  const std::unique_ptr<Maintenance> maintenance_;
  CheckTotals totals_;
};

}  // namespace

CheckTotals check_store(Store& store, TimeZone& zone, Rebuild rebuild, const FindingSink& sink) {
  return StoreCheck(store, zone, sink).run(rebuild);
}

}  // namespace message_history
