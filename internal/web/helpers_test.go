package web_test

import (
	"strconv"

	"github.com/chromedp/cdproto/runtime"
)

func itoa(n int) string { return strconv.Itoa(n) }

// awaited waits for the promise that a script gives.
func awaited(p *runtime.EvaluateParams) *runtime.EvaluateParams { return p.WithAwaitPromise(true) }
