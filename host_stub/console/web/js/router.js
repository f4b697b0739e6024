// The address of a page: /t/TENANT/PLUGIN/VIEW?key=value. Links can be shared, Back works.

// NULL for the address without a page; {unknown: true} for one that leads nowhere.
export function parse_address(location) {
  if (location.pathname === "/") return null;
  try {
    const [, root, tenant, plugin, view] = location.pathname.split("/").map(decodeURIComponent);
    if (root === "t" && tenant && plugin && view) {
      return { tenant, plugin, view, params: Object.fromEntries(new URLSearchParams(location.search)) };
    }
  } catch (error) {
    if (!(error instanceof URIError)) throw error;
  }
  return { unknown: true };
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
