/**
 * How a page looks: one text for all pages, known by its hash, so that no style of anybody else's is taken. Letters keep their size at every width; drawings
 * are between the widths that their labels are laid out for (`labels-apart.ts`).
 */
export const STYLE = `:root{color-scheme:light dark;--ink:#16181d;--paper:#fff;--faint:#5b616e;--rule:#c9cdd6;--observed:#16181d;--inferred:#1d4ed8;--stated:#8a4a05;--assessed:#6d28d9;--planned:#0b6b67;--negative:#4b5563;--withdrawn:#6b7280;--against:#a21caf;--unknown:#6b7280;--label:#8a4a05}
@media screen and (prefers-color-scheme:dark){:root{--ink:#e8eaf0;--paper:#14161b;--faint:#a3a9b7;--rule:#3b404c;--observed:#f3f4f8;--inferred:#8ab4ff;--stated:#f0a95a;--assessed:#c4a5ff;--planned:#5fd4cd;--negative:#b4bac6;--withdrawn:#9aa1af;--against:#f08cf8;--unknown:#9aa1af;--label:#ffc46b}}
*{box-sizing:border-box}
body{margin:0 auto;max-width:1224px;padding:8px 12px;background:var(--paper);color:var(--ink);font:14px/1.35 system-ui,sans-serif;overflow-wrap:anywhere}
.defs{position:absolute}
.handling{margin:0;font-weight:700;letter-spacing:.04em;color:var(--label)}
h1{font-size:18px;line-height:1.2;margin:2px 0}h2{font-size:15px;margin:14px 0 4px}h3{font-size:14px;margin:12px 0 4px}
header h1+p{margin:0}section:first-child h2{margin-top:6px}
.small{font-size:12px;line-height:1.35;color:var(--faint)}td .small{margin:2px 0 0}
.synthetic{color:var(--label)}
.answers{margin:0}.answers div{padding:2px 0;border-top:1px solid var(--rule)}
.answers dt{font-weight:700;display:inline}.answers dt::after{content:": "}.answers dd{display:inline;margin:0}.answers dd+dd::before{content:" "}
.maps{display:grid;gap:8px}figure{margin:0;min-width:0}figcaption{font-weight:700;font-size:12px}
.map{display:block;width:100%;min-width:300px;max-width:1200px;height:auto;aspect-ratio:1.6;border:0;outline:1px solid var(--rule)}
.map text,.chart text{font:12px/1 system-ui,sans-serif;fill:var(--ink)}.map text{paint-order:stroke;stroke:var(--paper);stroke-width:3px;stroke-linejoin:round}
.lines path,.lines circle,.lines rect{fill:none;vector-effect:non-scaling-stroke}
.grid{stroke:var(--rule);stroke-width:1px}.part{stroke:var(--ink);stroke-width:1px;stroke-dasharray:1 3}
.around{stroke:var(--faint);stroke-width:1px;stroke-dasharray:3 2}
.way{fill:none;stroke-width:2px;stroke-linecap:round}.way.observed{stroke:var(--observed)}.way.inferred{stroke:var(--inferred);stroke-dasharray:.1 4.5}
.mark{fill:var(--paper);stroke-width:1.8px;stroke-linejoin:round}
.mark.observed{fill:var(--observed);stroke:var(--observed)}.mark.inferred{stroke:var(--inferred)}.mark.stated{stroke:var(--stated)}.mark.assessed{stroke:var(--assessed)}
.mark.planned{stroke:var(--planned);stroke-dasharray:2 1.5}.mark.negative{stroke:var(--negative)}.mark.withdrawn{fill:none;stroke:var(--withdrawn)}
.mark.unplaced{fill:none;stroke:var(--faint)}.mark.against{fill:none;stroke:var(--against)}.mark.unknown{fill:none;stroke:var(--unknown)}
.segment.observed{fill:var(--observed);stroke:var(--observed)}.segment.inferred{fill:url(#p-inferred);stroke:var(--inferred)}.segment.unknown{fill:url(#p-unknown);stroke:var(--unknown);stroke-dasharray:3 2}
.dot{fill:var(--inferred)}.hatch{stroke:var(--unknown);stroke-width:1.4px}
.span{stroke:var(--ink);stroke-width:1px}.span.throughout{stroke-width:5px}.tick{stroke:var(--rule)}
table{border-collapse:collapse;width:100%;margin:6px 0;table-layout:fixed}th,td{text-align:left;vertical-align:top;padding:3px 6px 3px 0;border-top:1px solid var(--rule);font-weight:400}
thead th{font-weight:700;font-size:12px}th:first-child{width:31%}table:not(.chart) th:first-child{width:24%}
.chart th:first-child{width:40%}.chart th{font-size:12px}.chart td,.chart th:last-child{padding-right:0}.chart svg{display:block;overflow:visible}.axis .middle{text-anchor:middle}.axis .end{text-anchor:end}
.sample{vertical-align:-3px}.legend{list-style:none;margin:0;padding:0}.legend li{display:flex;gap:8px;align-items:flex-start;font-size:12px;padding:1px 0}.legend svg{flex:none}
ul{margin:4px 0;padding-left:18px}
.withdrawn td{color:var(--faint)}
@media screen and (max-width:340px){body{padding:8px}}
@media screen and (max-width:600px){.axis .middle{display:none}.answers{font-size:13px;line-height:1.3}}
@media screen and (min-width:900px){.maps{grid-template-columns:1fr 1fr}.answers div{display:grid;grid-template-columns:15rem 1fr;gap:0 12px}.answers dt{grid-column:1}.answers dt::after{content:""}.answers dd{grid-column:2}.legend{columns:2}.legend li{break-inside:avoid}}
@page{size:A4;margin:18mm 14mm}
@page tlp-clear{@top-center{content:"TLP:CLEAR"}@bottom-center{content:"TLP:CLEAR, page " counter(page) " of " counter(pages)}}
@page tlp-green{@top-center{content:"TLP:GREEN"}@bottom-center{content:"TLP:GREEN, page " counter(page) " of " counter(pages)}}
@page tlp-amber{@top-center{content:"TLP:AMBER"}@bottom-center{content:"TLP:AMBER, page " counter(page) " of " counter(pages)}}
@page tlp-amber-strict{@top-center{content:"TLP:AMBER+STRICT"}@bottom-center{content:"TLP:AMBER+STRICT, page " counter(page) " of " counter(pages)}}
@page tlp-red{@top-center{content:"TLP:RED"}@bottom-center{content:"TLP:RED, page " counter(page) " of " counter(pages)}}
@media print{.tlp-clear{page:tlp-clear}.tlp-green{page:tlp-green}.tlp-amber{page:tlp-amber}.tlp-amber-strict{page:tlp-amber-strict}.tlp-red{page:tlp-red}
body{padding:0;max-width:none;font-size:10pt;print-color-adjust:exact;-webkit-print-color-adjust:exact}
.maps{grid-template-columns:1fr 1fr}.map{min-width:0}figure,tr,li,.answers div{break-inside:avoid}h2,h3{break-after:avoid}thead{display:table-header-group}}
`;

/** Of the bytes of `STYLE`, in base64. */
export const STYLE_SHA256 = '56QTpokiiwftg6p280x9cpeE96FerJRQOefY3mQ5O5Y=';
