package bluesky

import (
	"net/http"
	"strconv"
	"time"
)

// window counts what was spent since its start; a fixed window, as the real limiter has.
type window struct {
	start time.Time
	spent int
}

// take spends points and answers how many are left, below zero when there were not enough.
func (w *window) take(now time.Time, length time.Duration, most, points int) (left int, reset time.Time) {
	if now.Sub(w.start) >= length || now.Before(w.start) {
		w.start, w.spent = now.Truncate(time.Second), 0
	}
	reset = w.start.Add(length)
	if w.spent+points > most {
		return -1, reset
	}
	w.spent += points
	return most - w.spent, reset
}

func tooMany() *problem {
	return &problem{http.StatusTooManyRequests, "RateLimitExceeded", "Rate Limit Exceeded"}
}

func rateHeaders(h http.Header, most, left int, reset time.Time, policy string) {
	h.Set("RateLimit-Limit", strconv.Itoa(most))
	h.Set("RateLimit-Remaining", strconv.Itoa(left))
	h.Set("RateLimit-Reset", strconv.FormatInt(reset.Unix(), 10))
	h.Set("RateLimit-Policy", policy)
}

func (n *Network) countCall(q *request) *problem {
	return n.count(q, &q.me.calls, 5*time.Minute, n.options.Calls, 1)
}

// countPoints charges a write: create 3, update 2, delete 1, per hour and per day.
func (n *Network) countPoints(q *request, points int) *problem {
	if p := n.count(q, &q.me.day, 24*time.Hour, n.options.DayPoints, points); p != nil {
		return p
	}
	return n.count(q, &q.me.hour, time.Hour, n.options.HourPoints, points)
}

func (n *Network) count(q *request, w *window, length time.Duration, most, points int) *problem {
	left, reset := w.take(q.now, length, most, points)
	if !n.options.NoRateHints {
		rateHeaders(q.header, most, max(left, 0), reset, strconv.Itoa(most)+";w="+strconv.Itoa(int(length/time.Second)))
	}
	if left < 0 {
		return tooMany()
	}
	return nil
}
