package web

import (
	"fmt"
	"runtime/debug"
	"sync"
)

// together runs tasks at the same time, waits for all of them, and gives the error of the first that failed in their order.
// What they compute is bounded by answers. A task that panics fails: it must not end the server.
func together(tasks ...func() error) error {
	errs := make([]error, len(tasks))
	var running sync.WaitGroup
	for i, task := range tasks {
		running.Go(func() {
			defer func() {
				if problem := recover(); problem != nil {
					errs[i] = fmt.Errorf("web: panic: %v\n%s", problem, debug.Stack())
				}
			}()
			errs[i] = task()
		})
	}
	running.Wait()
	for _, err := range errs {
		if err != nil {
			return err
		}
	}
	return nil
}
