package web

import "testing"

func TestHarmless(t *testing.T) {
	for cell, want := range map[string]string{
		"": "", "Acme": "Acme", "=1+1": "'=1+1", "+7 900": "'+7 900", "@SUM(A1)": "'@SUM(A1)", "-5": "-5", "-5.25": "-5.25", "-cmd": "'-cmd", "-": "'-",
		"\t=1": "'\t=1", "\r=1": "'\r=1", "-1-1": "'-1-1", "-1.2.3": "'-1.2.3",
	} {
		if got := harmless(cell); got != want {
			t.Errorf("%q becomes %q, want %q", cell, got, want)
		}
	}
}

func TestLocalAddress(t *testing.T) {
	for address, want := range map[string]string{
		"/waterfall?from=1": "/waterfall?from=1", "": "/", "//evil": "/", "https://evil": "/", "/\\evil": "/", "evil": "/", "/a\nb": "/", "/ok#part": "/ok",
	} {
		if got := localAddress(address); got != want {
			t.Errorf("%q leads to %q, want %q", address, got, want)
		}
	}
}

func TestAxisStart(t *testing.T) {
	for _, c := range []struct {
		levels []float64
		want   float64
	}{{[]float64{100, 110, 95}, 80}, {[]float64{100, 20, 60}, 0}, {[]float64{0, 10}, 0}, {[]float64{1000, 1000}, 900}} {
		if got := axisStart(c.levels); got != c.want {
			t.Errorf("%v: %g, want %g", c.levels, got, c.want)
		}
	}
}
