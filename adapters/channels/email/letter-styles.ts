import type { CSSProperties } from "react";

/** Colours of a letter; every pair that is read together has a contrast of at least 4.5 to 1. */
const light = {
  page: "#f3f5f8",
  card: "#ffffff",
  line: "#d8dee6",
  text: "#1c2430",
  soft: "#556070",
  accent: "#0b57a4",
  onAccent: "#ffffff",
  note: "#fff4d6",
  onNote: "#5a4300",
};
const dark: typeof light = {
  page: "#12171d",
  card: "#1b222b",
  line: "#37424f",
  text: "#e8edf3",
  soft: "#a5b1c0",
  accent: "#8fc2ff",
  onAccent: "#0b1b2d",
  note: "#3d3115",
  onNote: "#ffe6a8",
};

/** Written at the elements: some programs drop the style sheet. */
export const at = {
  page: {
    margin: 0,
    padding: 0,
    backgroundColor: light.page,
    color: light.text,
    fontFamily: '-apple-system,"Segoe UI",Roboto,Arial,sans-serif',
    fontSize: "16px",
    lineHeight: 1.5,
  },
  sheet: { maxWidth: "600px", margin: "0 auto", padding: "16px" },
  brand: { margin: "0 0 12px", fontWeight: "bold", color: light.accent },
  note: {
    margin: "0 0 12px",
    padding: "8px 16px",
    borderRadius: "8px",
    backgroundColor: light.note,
    color: light.onNote,
    fontSize: "14px",
  },
  card: {
    backgroundColor: light.card,
    border: `1px solid ${light.line}`,
    borderRadius: "12px",
    padding: "24px",
    overflowWrap: "anywhere",
  },
  lead: { fontSize: "20px", lineHeight: 1.3, margin: "0 0 12px" },
  text: { fontSize: "16px", lineHeight: 1.5, margin: "0 0 16px" },
  label: { color: light.soft, padding: "4px 16px 4px 0", verticalAlign: "top", width: "33%" },
  value: { padding: "4px 0", verticalAlign: "top" },
  main: {
    backgroundColor: light.accent,
    color: light.onAccent,
    padding: "12px 20px",
    borderRadius: "8px",
    fontWeight: "bold",
    textAlign: "center",
  },
  link: { color: light.accent, textDecoration: "underline" },
  foot: { color: light.soft, fontSize: "14px", lineHeight: 1.5, margin: "12px 0 0" },
} as const satisfies Record<string, CSSProperties>;

/**
 * The style sheet: what needs a media query, and what a digest would repeat a hundred times. `!important` is the only way past the styles at the elements.
 */
export const sheet = `
.e td{border-top:1px solid ${light.line};padding:12px 0}
.e p{margin:0}
.e a{color:${light.accent};margin-right:16px;display:inline-block}
.e{margin-bottom:16px}
@media (max-width:480px){.s>tbody>tr>td{padding:8px!important}.c>tbody>tr>td{padding:16px!important}.l,.v{display:block!important;width:auto!important;padding:0!important}.v{padding-bottom:8px!important}.m,.e a{display:block!important}}
@media (prefers-color-scheme:dark){
.p,.p>table>tbody>tr>td{background-color:${dark.page}!important;color:${dark.text}!important}
.c{background-color:${dark.card}!important;border-color:${dark.line}!important}
.b,.a,.e a{color:${dark.accent}!important}.l,.f,.d{color:${dark.soft}!important}
.m{background-color:${dark.accent}!important;color:${dark.onAccent}!important}
.n{background-color:${dark.note}!important;color:${dark.onNote}!important}
.e td{border-color:${dark.line}!important}}
`;
