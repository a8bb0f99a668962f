/** The shapes that cross the wire and the widget's own state. Read by `tsc` only: never served to a browser's page. */

export interface Choice { number: number; title: string; text: string }

/** The reply contract of docs/rest.md. */
export interface Reply {
  kind: string;
  stage: string | null;
  line: number | null;
  drug: string | null;
  term: string | null;
  passages: string[];
  source: { title: string; date: string; section: string } | null;
  choices: Choice[];
  text: string;
  notes: { before: string[]; after: string[] };
  /** The visitor's questions for the oncologist, in a reply that shows or changes them. */
  list?: { questions: string[] } | null;
}

/** A page of its own in a tab, to be printed; `put` makes an element of it with text. */
export interface Paper {
  page: Document;
  main: HTMLElement;
  tools: HTMLElement;
  close: HTMLElement;
  put: (tag: string, text: string, name?: string) => HTMLElement;
  style: string;
}

/** What the widget may know of the clinic: GET /webhooks/web/clinic. */
export interface Facts {
  name?: string;
  phone?: string;
  hours?: string;
  emergency_number?: string;
  crisis_line?: string | null;
  crisis_name?: string | null;
  privacy_url?: string | null;
  guide?: { title: string; cancer: string; date: string };
  starters?: { title: string; text: string }[];
}

export interface Problem { code: string; text: string; wait: number }

/** One thing that the visitor said, and what became of it. */
export interface Turn {
  id: string;
  text: string;
  state: "sending" | "answered" | "failed";
  reply?: Reply;
  problem?: Problem;
  renewed?: boolean;
  vote?: "up" | "down";
}

export interface Session { token: string; expires: number }

export interface Kept { version: 1; session: Session | null; turns: Turn[]; facts: Facts; open: boolean }

export interface MapRow {
  stage: string;
  name: string;
  lines: { line: number; label: string; condition: string | null; steps: string[]; note: string | null }[];
}

export type Strings = typeof import("./strings/en.js").default;

declare global {
  interface DocumentOrShadowRoot { adoptedStyleSheets: CSSStyleSheet[] }
}
