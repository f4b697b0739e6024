// The pages of the small demo shop, and who may see them.
import { join } from "node:path";
import { crm, tenant } from "./world.mjs";

export const demo = join(import.meta.dirname ?? new URL(".", import.meta.url).pathname, "../../../host_stub/shop/demo.ndjson");
export const message = "C-1105";
export const order = "202611105-0012";

// As a list leads to a member for who may not read ids: the newest buyer.
function buyer(world) {
  const page = JSON.parse(crm("view", "--data", world.data, "--tenant", tenant, "message.buyers", "--param", `message_id=${message}`));
  return page.components.find((part) => part.id === "buyers").rows[0].member.open.params;
}

export function params_of(world, params) {
  return typeof params === "function" ? params(world) : params;
}

// [name, view, parameters or what finds them, who looks]
export const pages = [
  ["automatic", "messages.automatic", {}, "exporter"],
  ["manual", "messages.manual", {}, "exporter"],
  ["message", "message", { message_id: message }, "exporter"],
  ["buyers", "message.buyers", { message_id: message }, "exporter"],
  ["recipients", "message.recipients", { message_id: message }, "exporter"],
  ["order", "order", { order_id: order }, "exporter"],
  ["member", "member", buyer, "exporter"],
  ["exports", "exports", {}, "exporter"],
  ["health", "health", {}, "operator"],
  ["attribution", "settings.attribution", {}, "operator"],
];
