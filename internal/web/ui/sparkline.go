package ui

import (
	"fmt"
	"slices"
	"strings"

	g "maragu.dev/gomponents"
)

// Size of a sparkline, in pixels, and how far the line stays from its edges.
const sparkWidth, sparkHeight, sparkInset = 96.0, 32.0, 3.0

// Sparkline draws the course of a number without axes. It says nothing that is not written beside it, so screen readers
// pass over it. Fewer than two values draw nothing.
func Sparkline(values []float64) g.Node {
	if len(values) < 2 {
		return nil
	}
	low, high := slices.Min(values), slices.Max(values)
	if high == low {
		high = low + 1
	}
	var points []string
	var x, y float64
	for i, v := range values {
		x = sparkInset + float64(i)*(sparkWidth-2*sparkInset)/float64(len(values)-1)
		y = sparkHeight - sparkInset - (v-low)/(high-low)*(sparkHeight-2*sparkInset)
		points = append(points, fmt.Sprintf("%.1f,%.1f", x, y))
	}
	line := strings.Join(points, " ")
	return g.Raw(fmt.Sprintf(`<svg class="z-spark" viewBox="0 0 %[1]g %[2]g" width="%[1]g" height="%[2]g" aria-hidden="true" focusable="false">`+
		`<polygon points="%[3]g,%[2]g %[4]s %[5]g,%[2]g"/><polyline points="%[4]s"/><circle cx="%.1[6]f" cy="%.1[7]f" r="2.5"/></svg>`,
		sparkWidth, sparkHeight, sparkInset, line, sparkWidth-sparkInset, x, y))
}

// Share draws a share of one as a bar.
func Share(share float64) g.Node {
	width := 100 * min(max(share, 0), 1)
	return g.Raw(fmt.Sprintf(`<svg class="z-share" viewBox="0 0 100 6" preserveAspectRatio="none" aria-hidden="true" focusable="false"><rect class="z-share-all" width="100" height="6" rx="3"/>`+
		`<rect width="%.1f" height="6" rx="3"/></svg>`, width))
}
