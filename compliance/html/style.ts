/** The report's style: for screens, phones, dark mode and A4 paper. */

/** @param colours of the country's brand, readable on white and on the dark page. */
export function styleSheet(colours: { readonly light: string; readonly dark: string }): string {
  return `
:root{color-scheme:light dark;--page:#fff;--text:#12181d;--quiet:#4c5a66;--line:#b9c4cc;--panel:#f3f6f8;--good:#12683a;--wrong:#b3261e;--open:#7a4b00;--brand:${colours.light}}
@media (prefers-color-scheme:dark){:root{--page:#14181c;--text:#eef2f5;--quiet:#aab7c2;--line:#4b5964;--panel:#1d2329;--good:#6fd29b;--wrong:#ff8f86;--open:#f0bf6a;--brand:${colours.dark}}}
*,*::before,*::after{box-sizing:border-box}
html{scroll-padding-top:1rem}
body{margin:0;background:var(--page);color:var(--text);font:1rem/1.5 system-ui,-apple-system,"Segoe UI",Roboto,"Noto Sans",sans-serif;overflow-wrap:break-word}
.frame{max-width:70rem;margin-inline:auto;padding-inline:1rem}
a{color:var(--brand)}
a:focus-visible,summary:focus-visible,[tabindex]:focus-visible{outline:3px solid var(--brand);outline-offset:2px}
.skip{position:absolute;inset-inline-start:-99rem}
.skip:focus{position:static}
header{border-block-end:3px solid var(--brand)}
header .frame{display:flex;flex-wrap:wrap;gap:.5rem 1.5rem;justify-content:space-between;padding-block:.75rem}
header p,header ul{margin:0}
header ul{display:flex;gap:1rem;padding:0;list-style:none}
h1{font-size:1.9rem;line-height:1.2;margin:1.5rem 0 .5rem}
h2{font-size:1.35rem;line-height:1.25;margin:2.5rem 0 .5rem;padding-block-end:.25rem;border-block-end:1px solid var(--line)}
h3{font-size:1.05rem;margin:1.5rem 0 .25rem}
p,ul,ol,dl{margin:.5rem 0}
.lead{font-size:1.1rem}
.quiet{color:var(--quiet)}
.verdict{border-inline-start:.5rem solid var(--good);background:var(--panel);padding:.75rem 1rem;margin-block:1rem}
.verdict.wrong{border-color:var(--wrong)}
.verdict.open{border-color:var(--open)}
.verdict h2{margin:0;border:0;padding:0}
.verdict strong{font-size:1.25rem}
.facts{display:grid;align-items:baseline;grid-template-columns:minmax(9rem,auto) 1fr;gap:.25rem 1rem}
.facts dt{color:var(--quiet)}
.facts dd{margin:0;overflow-wrap:anywhere}
.contents{columns:16rem;padding-inline-start:1.25rem}
.scroll{overflow-x:auto;margin-block:.5rem}
table{border-collapse:collapse;width:100%;font-size:.9rem}
caption{text-align:start;font-weight:600;padding-block:.5rem .25rem}
th,td{text-align:start;vertical-align:top;padding:.35rem .6rem .35rem 0;border-block-end:1px solid var(--line)}
thead th{color:var(--quiet);font-weight:600}
tbody th{font-weight:600}
td{min-width:6rem}
code,.hash{font-family:ui-monospace,"Cascadia Mono","Liberation Mono",monospace;font-size:.85em;overflow-wrap:anywhere}
pre{background:var(--panel);padding:.75rem;overflow-x:auto;white-space:pre-wrap;overflow-wrap:anywhere}
details{border-block-end:1px solid var(--line);padding-block:.35rem;break-inside:avoid-page}
summary{cursor:pointer}
details>dl{margin-inline-start:1.1rem;font-size:.9rem}
.mark{font-weight:700;white-space:nowrap}
.pass{color:var(--good)}
.fail{color:var(--wrong)}
.undetermined,.waived{color:var(--open)}
.not-applicable{color:var(--quiet);font-weight:400}
.finding{border-inline-start:.3rem solid var(--wrong);padding-inline-start:.75rem;margin-block:1rem;break-inside:avoid}
.finding.waived,.finding.undetermined{border-color:var(--open);color:inherit}
section.language+section.language{margin-block-start:4rem;border-block-start:3px solid var(--brand)}
footer{margin-block:3rem 1rem;border-block-start:1px solid var(--line);color:var(--quiet)}
@media (max-width:34rem){.facts{grid-template-columns:1fr}.facts dd{margin-block-end:.4rem}h1{font-size:1.5rem}}
@media print{
:root{color-scheme:light;--page:#fff;--text:#000;--quiet:#333;--line:#999;--panel:#f3f3f3;--good:#12683a;--wrong:#b3261e;--open:#7a4b00;--brand:${colours.light}}
body{font-size:9.5pt;line-height:1.35}
.frame{max-width:none;padding:0}
header nav,.skip{display:none}
h1{font-size:17pt}h2{font-size:13pt;break-after:avoid}h3,caption,summary{break-after:avoid}
section.language+section.language{break-before:page;border:0;margin:0}
table{font-size:8pt;table-layout:fixed}tr{break-inside:avoid}thead{display:table-header-group}
.scroll{overflow:visible}th,td{min-width:0;overflow-wrap:anywhere}
details::details-content{content-visibility:visible;height:auto}
details{break-inside:auto}dt,dd,li{break-inside:avoid}
details>dl,details>ul{font-size:8pt}details>dl{grid-template-columns:8rem 1fr;row-gap:0}
summary{list-style:none}
a{color:inherit;text-decoration:none}
}
`;
}

/** Page numbers and a footer in the margins of each page. @param running text of the footer. */
export function pageBoxes(running: string): string {
  const text = JSON.stringify(running).replaceAll("<", "\\3c ");
  return `@page{size:A4;margin:18mm 16mm 20mm;@bottom-left{content:${text};font:7.5pt system-ui,sans-serif;color:#333}@bottom-right{content:counter(page) " / " counter(pages);font:7.5pt system-ui,sans-serif;color:#333}}`;
}
