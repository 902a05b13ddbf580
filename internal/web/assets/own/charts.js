// Draws charts from data blocks: <figure class="z-chart"><div class="z-chart-canvas"></div><script type="application/json">.
// The server sends numbers and how to write them; colours come from the style sheet, so that they follow the theme.

const reduced = matchMedia("(prefers-reduced-motion: reduce)").matches;
const css = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();

function writer(spec) {
  const lang = document.documentElement.lang;
  const money = { style: "currency", currency: spec.currency || "USD", currencyDisplay: "narrowSymbol" };
  const formats = {
    money: [{ ...money, notation: "compact", maximumFractionDigits: 1 }, { ...money, maximumFractionDigits: 0 }],
    percent: [{ style: "percent", maximumFractionDigits: 0 }, { style: "percent", maximumFractionDigits: 1 }],
    count: [{ notation: "compact" }, {}],
  };
  const [short, exact] = (formats[spec.format] || formats.count).map((f) => new Intl.NumberFormat(lang, f));
  return { short: (x) => short.format(x), exact: (x) => exact.format(x) };
}

const NARROW = 480; // pixels, below which there is no room for much

const colours = () => ({
  accent: css("--z-accent"), good: css("--z-good"), bad: css("--z-bad"), warn: css("--z-warn"), quiet: css("--z-chart-quiet"),
  text: css("--z-text-2"), line: css("--z-line"), surface: css("--z-surface"), strong: css("--z-text"),
  series: [1, 2, 3, 4, 5, 6].map((n) => css(`--z-series-${n}`)),
});

// What a canvas writes with: it knows no "inherit".
const font = () => getComputedStyle(document.body).fontFamily;

function axis(colour, extra) {
  return {
    axisLine: { lineStyle: { color: colour.line } }, axisTick: { show: false },
    splitLine: { lineStyle: { color: colour.line } }, ...extra,
    axisLabel: { color: colour.text, fontFamily: font(), fontSize: 12, ...extra.axisLabel },
  };
}

function tooltip(spec, write, colour) {
  return {
    renderMode: "richText", trigger: "item", backgroundColor: colour.strong, borderWidth: 0, padding: [8, 12],
    textStyle: { color: colour.surface, fontSize: 13, fontFamily: font() },
    formatter: (p) => {
      const item = spec.series[p.seriesIndex];
      const name = spec.series.length > 1 && item.name ? `${p.name} · ${item.name}` : p.name;
      const note = item.notes?.[p.dataIndex];
      return `${name}\n${write.exact(item.values[p.dataIndex])}${note ? `\n${note}` : ""}`;
    },
  };
}

const paint = (colour, tone, index) => colour[tone] || colour.series[index % colour.series.length];

function categoryAxis(spec, colour, flat, width) {
  const narrow = width < NARROW;
  const upright = { hideOverlap: true, width: Math.max(44, (width - 64) / spec.categories.length - 6), overflow: "break" };
  return axis(colour, {
    type: "category", data: spec.categories, inverse: flat, splitLine: { show: false },
    axisLabel: { interval: 0, ...(flat ? { width: narrow ? 92 : 150, overflow: "truncate" } : upright) },
  });
}

function bars(spec, write, colour, width) {
  const narrow = width < NARROW;
  const flat = spec.horizontal || (spec.floating && width / spec.categories.length < 90); // a waterfall lies down where its names collide
  const category = categoryAxis(spec, colour, flat, width);
  const amount = axis(colour, {
    type: "value", splitNumber: narrow ? 2 : flat ? 3 : 4, min: spec.min || undefined, axisLine: { show: false }, axisLabel: { formatter: write.short, hideOverlap: true, showMinLabel: !spec.min },
  });
  const radius = spec.stacked ? 0 : 3;
  const series = spec.series.map((s, i) => ({
    type: spec.line ? "line" : "bar", name: s.name, stack: spec.stacked || spec.floating ? "all" : undefined, barMaxWidth: flat ? 22 : 46,
    symbolSize: 6, smooth: 0.25, cursor: spec.links ? "pointer" : "default", barMinHeight: spec.floating ? 2 : 0,
    lineStyle: { width: 2.5, color: paint(colour, s.tone, i) },
    data: s.values.map((v, n) => ({ value: v, itemStyle: { color: paint(colour, s.tones?.[n] || s.tone, i), borderRadius: radius } })),
    label: { show: !!s.labelled, position: flat ? "right" : "top", color: colour.strong, fontSize: 12, fontFamily: font(), formatter: (p) => write.short(s.values[p.dataIndex]) },
  }));
  if (spec.floating) {
    series.unshift({ type: "bar", stack: "all", silent: true, itemStyle: { color: "transparent" }, barMaxWidth: 46, data: spec.floating, tooltip: { show: false } });
  }
  return {
    grid: { left: 4, right: flat ? 64 : 8, top: spec.series.length > 1 ? 34 : 18, bottom: 4, containLabel: true },
    xAxis: flat ? amount : category, yAxis: flat ? category : amount, series,
  };
}

function draw(figure) {
  const spec = JSON.parse(figure.querySelector("script").textContent);
  const canvas = figure.querySelector(".z-chart-canvas");
  const write = writer(spec), colour = colours();
  const drawn = echarts.getInstanceByDom(canvas);
  const chart = drawn || echarts.init(canvas, null, { renderer: "canvas" });
  const option = bars(spec, write, colour, canvas.clientWidth);
  const hints = tooltip(spec, write, colour);
  if (spec.floating) {
    const say = hints.formatter;
    hints.formatter = (p) => say({ ...p, seriesIndex: p.seriesIndex - 1 });
  }
  chart.setOption({
    animation: !drawn && !reduced, animationDuration: 300, aria: { enabled: false }, textStyle: { fontFamily: font() },
    legend: spec.series.length > 1 ? { top: 0, right: 0, icon: "roundRect", itemWidth: 10, itemHeight: 10, textStyle: { color: colour.text } } : undefined,
    tooltip: hints, ...option,
  }, true);
  chart.off("click");
  if (spec.links) chart.on("click", (p) => { if (spec.links[p.dataIndex]) location.href = spec.links[p.dataIndex]; });
  return chart;
}

const resized = new ResizeObserver((entries) => {
  for (const { target } of entries) {
    const chart = echarts.getInstanceByDom(target);
    if (chart && Math.abs(chart.getWidth() - target.clientWidth) > 1) { chart.resize(); draw(target.closest(".z-chart")); }
  }
});

function drawAll(root = document) {
  for (const figure of root.querySelectorAll(".z-chart")) {
    const chart = draw(figure);
    resized.observe(chart.getDom());
    figure.dataset.drawn = "true";
  }
}

drawAll();
document.addEventListener("zveno:theme", () => drawAll());
document.body.addEventListener("htmx:afterSwap", (event) => drawAll(event.target));
