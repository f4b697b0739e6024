// The pages of the small demo shop, and who may see them.
import { join } from "node:path";

export const demo = join(import.meta.dirname ?? new URL(".", import.meta.url).pathname, "../../../host_stub/shop/demo.ndjson");
export const message = "C-1105";
export const member = "m0009";
export const order = "202611105-0012";

// [name, view, parameters, who looks]
export const pages = [
  ["automatic", "messages.automatic", {}, "exporter"],
  ["manual", "messages.manual", {}, "exporter"],
  ["message", "message", { message_id: message }, "exporter"],
  ["buyers", "message.buyers", { message_id: message }, "exporter"],
  ["recipients", "message.recipients", { message_id: message }, "exporter"],
  ["order", "order", { order_id: order }, "exporter"],
  ["member", "member", { member_id: member }, "exporter"],
  ["exports", "exports", {}, "exporter"],
  ["health", "health", {}, "operator"],
  ["attribution", "settings.attribution", {}, "operator"],
];
