package jobs

import "time"

// Clock is a time that does not pass as the machine's does: a rehearsal's may
// run fast, stand still and change its pace while somebody waits.
type Clock interface {
	// After calls do when that time has come by this clock.
	After(d time.Duration, do func()) (cancel func())
	// Engage says that work is under way: until release, time passes no faster
	// than in life, so that a lease and an answer last as long as they do there.
	Engage() (release func())
}

// alarm wakes one loop: at a moment of the house's time, and by the machine's
// clock when it is to look anyway. Only that loop sets it; without a Clock both
// are the same. From the moment it rings by a Clock until rest, work is under way.
type alarm struct {
	clock   Clock
	timer   *time.Timer
	rings   chan func()
	cancel  func()
	release func()
}

func newAlarm(clock Clock) *alarm {
	return &alarm{clock: clock, timer: time.NewTimer(0), rings: make(chan func(), 1)}
}

// set plans the next waking: after wait of the house's time, and after look of
// the machine's at the latest. A negative wait is for nothing in particular.
func (a *alarm) set(wait, look time.Duration) {
	if a.clock == nil {
		if wait >= 0 {
			look = min(look, wait)
		}
		a.timer.Reset(look)
		return
	}
	a.timer.Reset(look)
	if a.cancel != nil {
		a.cancel()
		a.cancel = nil
	}
	if wait >= 0 {
		a.cancel = a.clock.After(wait, func() {
			release := a.clock.Engage()
			select {
			case a.rings <- release:
			default: // it rings already
				release()
			}
		})
	}
}

// rung takes over what a ring began.
func (a *alarm) rung(release func()) {
	if a.release != nil {
		a.release()
	}
	a.release = release
}

// busy says whether work is under way.
func (a *alarm) busy(yes bool) {
	switch {
	case a.clock == nil:
	case yes && a.release == nil:
		a.release = a.clock.Engage()
	case !yes && a.release != nil:
		a.release()
		a.release = nil
	}
}

// stop ends it when its loop ends.
func (a *alarm) stop() {
	a.timer.Stop()
	if a.cancel != nil {
		a.cancel()
	}
	a.busy(false)
	select {
	case release := <-a.rings:
		release()
	default:
	}
}
