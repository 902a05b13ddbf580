package web

import (
	"errors"
	"strings"
	"testing"
)

func TestTogetherGivesTheFirstErrorOfAll(t *testing.T) {
	second, third := errors.New("second"), errors.New("third")
	late, done := make(chan struct{}), false
	err := together(
		func() error { <-late; done = true; return nil }, // ends only because the others run meanwhile
		func() error { <-late; return second },
		func() error { close(late); return third })
	if err != second || !done {
		t.Errorf("%v, all done: %t", err, done)
	}
	if err := together(); err != nil {
		t.Error(err)
	}
}

func TestTogetherSurvivesAPanic(t *testing.T) {
	err := together(func() error { return nil }, func() error { return errors.New(strings.Repeat("x", -1)) })
	if err == nil || !strings.Contains(err.Error(), "together_test.go") {
		t.Errorf("%v: want an error that says where", err)
	}
}
