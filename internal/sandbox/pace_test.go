package sandbox

import (
	"testing"
	"testing/synctest"
	"time"
)

func TestAFastClockWaitsForThoseAtWork(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := New(Options{})
		defer s.Close()
		start := s.Clock.Now()
		passed := func() time.Duration { return s.Clock.Now().Sub(start).Round(time.Millisecond) }
		s.Clock.SetSpeed(600)
		<-time.After(time.Second)
		if got := passed(); got != 10*time.Minute {
			t.Fatalf("%s passed in a second", got)
		}
		release, other := s.Clock.Engage(), s.Clock.Engage()
		<-time.After(30 * time.Second)
		release()
		release() // once
		<-time.After(30 * time.Second)
		if got := passed(); got != 11*time.Minute {
			t.Errorf("%s passed: somebody was at work for a minute", got)
		}
		other()
		<-time.After(time.Second)
		if got := passed(); got != 21*time.Minute {
			t.Errorf("%s passed", got)
		}
	})
}

// However late the machine is, an event happens in its own moment, and nobody's time has passed it.
func TestAFastClockNeverPassesWhatIsDue(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := New(Options{})
		defer s.Close()
		start := s.Clock.Now()
		s.Clock.SetSpeed(3600)
		var first, second time.Duration
		s.Clock.After(time.Hour, func() {
			<-time.After(10 * time.Second) // a slow machine: ten hours of the fast clock
			first = s.Clock.Now().Sub(start)
		})
		s.Clock.After(2*time.Hour, func() { second = s.Clock.Now().Sub(start) })
		<-time.After(20 * time.Second)
		synctest.Wait()
		if first != 2*time.Hour || second != 2*time.Hour {
			t.Errorf("fired at %s and %s", first, second)
		}
	})
}

func TestAClockHurriesToAMomentAndGoesOnAsBefore(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := New(Options{})
		defer s.Close()
		told := make(chan struct{}, 9)
		s.Clock.Watch(func() { told <- struct{}{} })
		start := s.Clock.Now()
		s.Clock.SetSpeed(10)
		to := start.Add(24 * time.Hour)
		s.Clock.Hurry(to)
		if !s.Clock.Until().Equal(to) || s.Clock.Speed() != hurrying {
			t.Errorf("%s at %v", s.Clock.Until(), s.Clock.Speed())
		}
		s.Clock.After(12*time.Hour, func() {})
		<-time.After(24 * time.Second)
		synctest.Wait()
		if got := s.Clock.Now(); got.Sub(to).Abs() > time.Second || s.Clock.Speed() != 10 || !s.Clock.Until().IsZero() {
			t.Errorf("it is %s, at %v", got.Sub(start), s.Clock.Speed())
		}
		if len(told) != 3 { // ten, the hurry, ten again
			t.Errorf("told %d times", len(told))
		}
		s.Clock.Hurry(s.Clock.Now().Add(24 * time.Hour))
		s.Clock.SetSpeed(0) // somebody changes their mind
		stands := s.Clock.Now()
		<-time.After(time.Minute)
		if !s.Clock.Now().Equal(stands) || !s.Clock.Until().IsZero() {
			t.Error("it does not stand still")
		}
	})
}
