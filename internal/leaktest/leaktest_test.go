package leaktest

import (
	"strings"
	"testing"
	"time"
)

// lingers is what a test left behind.
func lingers(end <-chan struct{}, ended chan<- struct{}) {
	<-end
	close(ended)
}

func TestWhatStillRunsIsNamed(t *testing.T) {
	end, ended := make(chan struct{}), make(chan struct{})
	go lingers(end, ended)
	if err := wait(time.Nanosecond); err == nil || !strings.Contains(err.Error(), "leaktest.lingers") {
		t.Errorf("it runs on, and this was found: %v", err)
	}
	if err := wait(time.Nanosecond, Stays("github.com/kithhq/kith/internal/leaktest.lingers")); err != nil {
		t.Errorf("it may stay: %v", err)
	}
	close(end)
	<-ended
	if err := wait(patience); err != nil {
		t.Errorf("it has ended: %v", err)
	}
}

// What ends late, as the other end of a connection does on a loaded machine, is waited for.
func TestWhatEndsLateIsNoLeak(t *testing.T) {
	end, ended := make(chan struct{}), make(chan struct{})
	go lingers(end, ended)
	time.AfterFunc(time.Second, func() { close(end) }) // goleak alone gives up after half of that
	if err := wait(patience); err != nil {
		t.Error(err)
	}
	<-ended
}
