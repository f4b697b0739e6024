#include "store/sqlite/base/connection.h"

#include <gtest/gtest.h>
#include <sqlite3.h>

#include <string>

namespace message_history::sqlite {
namespace {

TEST(SqliteConnectionTest, WhatAnotherProcessHoldsIsToBeTriedAgain) {
  for (const int answer : {SQLITE_BUSY, SQLITE_LOCKED, SQLITE_PROTOCOL}) {
    SCOPED_TRACE(sqlite3_errstr(answer));
    try {
      rethrow(SQLite::Exception("held", answer), "shop/history.db");
    } catch (const crm::Failure& failure) {
      EXPECT_EQ(failure.status(), CRM_ERR_BUSY);
      EXPECT_EQ(std::string(failure.what()),
                "shop/history.db: held; another process holds it, try again");
    }
  }
}

}  // namespace
}  // namespace message_history::sqlite
