package main

import (
	"fmt"
	"io"
	"os"
	"strings"
	"time"
)

// now and utc are the clock of the commands.
var now, utc = time.Now, time.UTC

// bar shows progress on a terminal; elsewhere it stays silent.
type bar struct {
	out     io.Writer
	title   string
	started time.Time
	shown   time.Time
	live    bool
}

const (
	barWidth = 30
	barEvery = 100 * time.Millisecond
)

func newBar(out io.Writer, title string) *bar {
	b := &bar{out: out, title: title, started: now()}
	if file, ok := out.(*os.File); ok {
		info, err := file.Stat()
		b.live = err == nil && info.Mode()&os.ModeCharDevice != 0
	}
	return b
}

// show draws how much of total is done, the rate and the time left; detail follows at the end.
func (b *bar) show(done, total int64, unit string, detail ...string) {
	if !b.live || time.Since(b.shown) < barEvery && done < total {
		return
	}
	b.shown = now()
	share := 0.0
	if total > 0 {
		share = min(1, float64(done)/float64(total))
	}
	filled := int(share * barWidth)
	elapsed := time.Since(b.started)
	rate := float64(done) / max(elapsed.Seconds(), 0.001)
	left := ""
	if share > 0.01 {
		left = ", " + (time.Duration(float64(elapsed) * (1 - share) / share)).Round(time.Second).String() + " left"
	}
	fmt.Fprintf(b.out, "\r\033[K%s [%s%s] %3.0f%%  %.0f %s/s%s %s", b.title, strings.Repeat("█", filled), strings.Repeat("·", barWidth-filled),
		share*100, rate, unit, left, strings.Join(detail, " "))
}

// done ends the line.
func (b *bar) done() {
	if b.live && !b.shown.IsZero() {
		fmt.Fprintln(b.out)
	}
}
