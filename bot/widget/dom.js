/**
 * Makes an element without parsing any text as HTML. Attributes that start with "on" are listeners; null, undefined and
 * false leave an attribute out.
 * @template {keyof HTMLElementTagNameMap} T
 * @param {T} tag
 * @param {Record<string, string | number | boolean | null | undefined | ((event: any) => void)>} [attributes]
 * @param {...(Node | string | null | undefined | false)} children
 * @returns {HTMLElementTagNameMap[T]}
 */
export function make(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (typeof value === "function") element.addEventListener(name.slice(2), value);
    else if (value === true) element.setAttribute(name, "");
    else if (value !== null && value !== undefined && value !== false) element.setAttribute(name, String(value));
  }
  for (const child of children) if (child) element.append(child);
  return element;
}

/** Shapes of the icons, drawn on a field of 24 by 24. */
const SHAPES = {
  chat: "M4 5.5h16v11H11l-4.5 4v-4H4zM8 9.5h8M8 12.8h5",
  close: "M6 6l12 12M18 6L6 18",
  phone: "M6.6 3.8l3 .6 1.2 4-2 1.7a12.5 12.5 0 0 0 5.1 5.1l1.7-2 4 1.2.6 3c-.2 1.6-1.4 2.6-3 2.6C10.5 20 4 13.5 4 6.8c0-1.6 1-2.8 2.6-3z",
  print: "M7 9V4h10v5M7 17H4V9h16v8h-3M7 14h10v6H7z",
  bin: "M4 7h16M9.5 7V4.5h5V7M6.5 7l.8 12.5h9.4L17.5 7M10.2 10.5v6M13.8 10.5v6",
  send: "M4 12l16-7.5-5 15.5-3.5-6zM20 4.5l-8.5 9.5",
  up: "M7.5 20V10.5M7.5 11l4-7c1.8 0 2.7 1.2 2.3 2.9L13 10h5.5c1.3 0 2 1 1.7 2.2l-1.5 6c-.3 1.1-1 1.8-2.2 1.8h-9M4.5 10.5h3V20h-3z",
  down: "M16.5 4v9.5M16.5 13l-4 7c-1.8 0-2.7-1.2-2.3-2.9L11 14H5.5c-1.3 0-2-1-1.7-2.2l1.5-6C5.6 4.7 6.3 4 7.5 4h9M19.5 13.5h-3V4h3z",
  out: "M13.5 5H19v5.5M19 5l-8 8M10 6H5v13h13v-5",
  map: "M9 5L4 7v12l5-2 6 2 5-2V5l-5 2zM9 5v12M15 7v12",
  alert: "M12 3.5L22 20H2zM12 10v4.5M12 17v.5",
  heart: "M12 20C5 15 3 11.5 3 8.5 3 6 5 4.5 7 4.5c2 0 3.8 1 5 3 1.2-2 3-3 5-3s4 1.5 4 4c0 3-2 6.5-9 11.5z",
};

/**
 * An icon that says nothing to a screen reader: the words beside it do.
 * @param {keyof typeof SHAPES} name
 */
export function icon(name) {
  const space = "http://www.w3.org/2000/svg";
  const picture = document.createElementNS(space, "svg");
  const shape = document.createElementNS(space, "path");
  shape.setAttribute("d", SHAPES[name]);
  picture.setAttribute("viewBox", "0 0 24 24");
  picture.setAttribute("aria-hidden", "true");
  picture.setAttribute("class", "icon");
  picture.append(shape);
  return picture;
}
