const LANGUAGES = ["en", "es"];

/**
 * Loads the interface strings of a language ("es-MX" reads as "es"); English where there is none.
 * @param {string | null | undefined} tag
 * @returns {Promise<{language: string, strings: import("../types").Strings}>}
 */
export async function loadStrings(tag) {
  const wanted = (tag || "en").toLowerCase().split("-")[0];
  const language = LANGUAGES.includes(wanted) ? wanted : "en";
  return { language, strings: (await import(`./${language}.js`)).default };
}

/**
 * Puts values into a string: fill("Call {number}", {number: "112"}).
 * @param {string} text
 * @param {Record<string, string | number | null | undefined>} values
 */
export function fill(text, values) {
  return text.replace(/\{(\w+)\}/g, (whole, name) => String(values[name] ?? whole));
}
