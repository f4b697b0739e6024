// The address of a page: /t/TENANT/PLUGIN/VIEW?key=value. Links can be shared, Back works.

export function parse_address(location) {
  const [, root, tenant, plugin, view] = location.pathname.split("/").map(decodeURIComponent);
  if (root !== "t" || !view) return null;
  return { tenant, plugin, view, params: Object.fromEntries(new URLSearchParams(location.search)) };
}

export function address_of({ tenant, plugin, view, params }) {
  const path = ["t", tenant, plugin, view].map(encodeURIComponent).join("/");
  const given = Object.entries(params).filter(([, value]) => value !== "");
  const query = new URLSearchParams(given).toString();
  return `/${path}${query ? `?${query}` : ""}`;
}

export function request_path(place, { locale, unmask }) {
  const query = new URLSearchParams({ tenant: place.tenant, locale });
  if (unmask) query.set("unmask", "1");
  for (const [key, value] of Object.entries(place.params)) {
    if (value !== "") query.append(`p.${key}`, value);
  }
  return `/api/views/${encodeURIComponent(place.plugin)}/${encodeURIComponent(place.view)}?${query}`;
}
