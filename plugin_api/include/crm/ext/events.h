/* crm.events/1 (plugin): facts in, acknowledgements out.
 *
 * The host reports what happened in batches: one tenant, one source, `seq` strictly increasing,
 * gaps allowed. `on_batch` returns after the batch is durable; `ack.durable_seq` is then the
 * position to resume after. Redelivery is always safe. An event that is wrong in itself is rejected
 * and kept in quarantine; it never blocks the rest of its batch. So is, later, one that the state
 * it meets cannot take (a chain above its maximum): its acknowledgement counts it as accepted. */
#ifndef CRM_EXT_EVENTS_H
#define CRM_EXT_EVENTS_H

#include <crm/base.h>
#include <crm/plugin.h>

#ifdef __cplusplus
extern "C" {
#endif

#define CRM_EXT_EVENTS "crm.events/1"

/* Maxima. A batch above CRM_BATCH_EVENTS_MAX or _BYTES_MAX is refused whole; an event with a field
 * above its maximum is rejected alone. Bytes of UTF-8. */
#define CRM_BATCH_EVENTS_MAX 65536u
/* Since 1.1: of the events of a batch that are right in themselves, their structures with order
 * lines and texts. */
#define CRM_BATCH_BYTES_MAX UINT64_C(67108864)
/* Since 1.1. Over an event that is rejected or skipped the position moves only when its seq is at
 * most so much above it: one with a wild seq, such as 2^63-1, must not end its source. */
#define CRM_SEQ_GAP_MAX (UINT64_C(1) << 40)
#define CRM_TENANT_BYTES_MAX 64u
#define CRM_SOURCE_BYTES_MAX 64u
#define CRM_ID_BYTES_MAX 256u /* message, delivery, member, order, refund and product ids */
#define CRM_NAME_BYTES_MAX 1024u
#define CRM_OPTION_BYTES_MAX 1024u
#define CRM_PROVIDER_BYTES_MAX 64u
#define CRM_CODE_BYTES_MAX 64u
#define CRM_DETAIL_BYTES_MAX 2048u
#define CRM_CURRENCY_BYTES 3u           /* exactly; since 1.1 */
#define CRM_REFUSED_NAME_BYTES_MAX 128u /* since 1.1 */
#define CRM_ORDER_LINES_MAX 10000u
#define CRM_CHAIN_ATTEMPTS_MAX 256u /* deliveries joined by fallback_of */
#define CRM_AMOUNT_MINOR_MAX \
  INT64_C(1000000000000) /* 10^12: a sum of nine million such still fits */
#define CRM_QUANTITY_MAX INT64_C(1000000000)
#define CRM_TIME_US_MIN INT64_C(0)                /* 1970-01-01T00:00:00Z, inclusive */
#define CRM_TIME_US_MAX INT64_C(7258118400000000) /* 2200-01-01T00:00:00Z, exclusive */

/* crm_event.kind. Unknown kinds are skipped and counted. */
#define CRM_EVENT_MESSAGE 1u
#define CRM_EVENT_DELIVERY 2u
#define CRM_EVENT_TOUCH 3u
#define CRM_EVENT_ORDER 4u
#define CRM_EVENT_REFUND 5u
#define CRM_EVENT_MEMBER_ERASED 6u
#define CRM_EVENT_REFUSED 7u /* since 1.1 */

#define CRM_MESSAGE_AUTOMATIC 1u
#define CRM_MESSAGE_MANUAL 2u

#define CRM_STATE_SCHEDULED 1u
#define CRM_STATE_SENDING 2u
#define CRM_STATE_COMPLETED 3u
#define CRM_STATE_CANCELLED 4u

#define CRM_CHANNEL_OTHER 0u
#define CRM_CHANNEL_ALIMTALK 1u
#define CRM_CHANNEL_FRIENDTALK 2u
#define CRM_CHANNEL_BRAND_MESSAGE 3u
#define CRM_CHANNEL_SMS 4u
#define CRM_CHANNEL_LMS 5u
#define CRM_CHANNEL_MMS 6u
#define CRM_CHANNEL_RCS 7u
#define CRM_CHANNEL_PUSH 8u
#define CRM_CHANNEL_EMAIL 9u

/* In rising order: the highest reported status of a delivery stands. */
#define CRM_DELIVERY_SKIPPED 1u
#define CRM_DELIVERY_HELD_OUT 2u
#define CRM_DELIVERY_ACCEPTED 3u
#define CRM_DELIVERY_UNCERTAIN 4u
#define CRM_DELIVERY_SENT 5u
#define CRM_DELIVERY_FAILED 6u
#define CRM_DELIVERY_DELIVERED 7u

#define CRM_TOUCH_OPEN 1u
#define CRM_TOUCH_CLICK 2u
#define CRM_TOUCH_COUPON 3u

/* crm_event.flags, per kind. Unknown bits are ignored. */
#define CRM_MESSAGE_HAS_SCHEDULED_AT 1u
#define CRM_MESSAGE_HAS_AUDIENCE 2u
#define CRM_DELIVERY_HAS_COST 1u
#define CRM_REFUSED_IS_SKIPPED 1u /* since 1.1 */

/* crm_event.flags of every kind, since 1.1: the event is taken although its seq is at or below the
 * position, and the position stays where it is. For what was refused before and has been corrected:
 * an accepted one takes the refused event of that seq out of the quarantine. */
#define CRM_EVENT_AGAIN 0x80000000u

/* The head of every event. `size` is that of the whole event structure. */
typedef struct crm_event {
  uint32_t size;
  uint32_t kind;
  uint32_t flags;
  uint32_t reserved0; /* 0 */
  uint64_t seq;       /* 1..INT64_MAX */
  int64_t at_us;      /* when it happened */
} crm_event;

typedef struct crm_event_message {
  crm_event head;
  crm_str message_id;
  crm_str name;
  uint32_t message_kind;   /* CRM_MESSAGE_* */
  uint32_t channel;        /* CRM_CHANNEL_* */
  uint32_t state;          /* CRM_STATE_* */
  uint32_t reserved0;      /* 0 */
  int64_t scheduled_at_us; /* with CRM_MESSAGE_HAS_SCHEDULED_AT */
  int64_t audience;        /* members targeted, with CRM_MESSAGE_HAS_AUDIENCE */
} crm_event_message;

typedef struct crm_event_delivery {
  crm_event head;
  crm_str message_id;
  crm_str delivery_id; /* unique within its message */
  crm_str member_id;
  crm_str provider;
  crm_str code;        /* the provider's own result code; empty: none */
  crm_str detail;      /* the provider's own words; empty: none */
  crm_str fallback_of; /* the delivery of the same message that this one replaces; empty: none */
  crm_str currency;    /* of cost_minor, with CRM_DELIVERY_HAS_COST */
  int64_t cost_minor;  /* with CRM_DELIVERY_HAS_COST */
  uint32_t channel;    /* CRM_CHANNEL_* */
  uint32_t status;     /* CRM_DELIVERY_* */
} crm_event_delivery;

typedef struct crm_event_touch {
  crm_event head;
  crm_str message_id;
  crm_str delivery_id; /* empty: not known */
  crm_str member_id;
  uint32_t touch;     /* CRM_TOUCH_* */
  uint32_t reserved0; /* 0 */
} crm_event_touch;

typedef struct crm_order_line {
  uint32_t size;
  uint32_t reserved0; /* 0 */
  crm_str product_no;
  crm_str name;
  crm_str option;
  /* Each may be negative: returns and discounts as lines, a cheaper option. */
  int64_t unit_price_minor;
  int64_t option_price_minor; /* per unit */
  int64_t quantity;
} crm_order_line;

typedef struct crm_event_order {
  crm_event head;
  crm_str order_id;
  crm_str member_id;  /* empty: an order without a member */
  crm_str message_id; /* the message the host already knows it came from; empty: not known */
  crm_str currency;   /* ISO 4217 */
  int64_t amount_minor;
  int64_t revision; /* 0 when never edited; the highest (revision, at) stands */
  const crm_order_line* const* lines;
  uint64_t line_count;
} crm_event_order;

typedef struct crm_event_refund {
  crm_event head;
  crm_str refund_id;
  crm_str order_id;
  crm_str currency; /* ISO 4217 */
  int64_t amount_minor;
} crm_event_refund;

typedef struct crm_event_member_erased {
  crm_event head;
  crm_str member_id;
} crm_event_member_erased;

/* Since 1.1: what the host itself could not take from a source, told so that the plugin can show
 * it and so that the position moves past it. Counted as rejected, or with CRM_REFUSED_IS_SKIPPED as
 * skipped, and not listed among the rejections of the ack. head.seq is 0 when it could not be
 * read; then the position stays, and an equal report is kept once. head.at_us is not read. */
typedef struct crm_event_refused {
  crm_event head;
  crm_str name;   /* of the refused: the event's type, empty when it could not be read;
                     of the skipped: what is not known here, "channel kakao_new" */
  crm_str reason; /* what is wrong and the remedy, without personal data; empty for the skipped */
  uint64_t line;  /* of the feed, from 1; 0: not known */
} crm_event_refused;

typedef struct crm_event_batch {
  uint32_t size;
  uint32_t reserved0; /* 0 */
  crm_str tenant;
  crm_str source;
  const crm_event* const* events; /* each points to the structure of its kind */
  uint64_t count;                 /* 0..CRM_BATCH_EVENTS_MAX */
} crm_event_batch;

#define CRM_REJECTION_REASON_BYTES 248u

/* Why one event was not accepted; the text is NUL-terminated and names the field and the remedy. */
typedef struct crm_event_rejection {
  uint64_t index; /* into crm_event_batch.events */
  uint64_t seq;
  char reason[CRM_REJECTION_REASON_BYTES];
} crm_event_rejection;

/* Filled by on_batch when it returns CRM_OK; untouched otherwise. accepted + duplicates + rejected
 * + skipped = count. */
typedef struct crm_event_ack {
  uint32_t size;
  uint32_t reserved0;   /* 0 */
  uint64_t durable_seq; /* the position of (tenant, source) after this batch */
  uint64_t accepted;
  uint64_t duplicates;             /* at or below the position when they came */
  uint64_t rejected;               /* kept in quarantine */
  uint64_t skipped;                /* of a kind this plugin does not know */
  crm_event_rejection* rejections; /* the caller's array, may be NULL */
  uint64_t rejections_capacity;
  uint64_t rejections_count; /* filled entries: at most the capacity */
} crm_event_ack;

typedef struct crm_ext_events {
  uint32_t size;
  uint32_t reserved0; /* 0 */

  /* [events] Records a batch, all or nothing, and returns when it is durable.
   * CRM_ERR_INVALID: the batch itself is malformed. BUSY, IO, FULL, NO_MEMORY: nothing was
   * recorded, send the same batch again later. */
  int32_t (*on_batch)(crm_plugin* plugin, const crm_event_batch* batch, crm_event_ack* ack);

  /* [any] The durable sequence of (tenant, source); 0 when nothing was recorded yet. */
  int32_t (*position)(crm_plugin* plugin, crm_str tenant, crm_str source, uint64_t* seq);

  /* [any] SHA-256 of the tenant's logical state: equal for equal sets of events, in whatever order
   * and however often they came. */
  int32_t (*digest)(crm_plugin* plugin, crm_str tenant, uint8_t sha256[32]);

  /* [any] Since 1.1, may be NULL. The sequence numbers of (tenant, source) that were refused and
   * are in quarantine, rising, from the first above `after`: writes up to `capacity` of them and
   * their number to *count. */
  int32_t (*refused)(crm_plugin* plugin, crm_str tenant, crm_str source, uint64_t after,
                     uint64_t* seqs, uint64_t capacity, uint64_t* count);
} crm_ext_events;

#define CRM_EXT_EVENTS_SIZE_1_0 32u /* without `refused` */

#ifdef __cplusplus
}
#endif
#endif
