package sandbox

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"regexp"
	"slices"
	"strconv"
	"time"
)

// Control is the control door: everything the stage can do, as JSON under /sandbox/. It knows no accounts and belongs on
// loopback or behind somebody who asks who is there.
func (s *Stage) Control() http.Handler {
	m := http.NewServeMux()
	m.HandleFunc("GET /sandbox/state", func(w http.ResponseWriter, _ *http.Request) { say(w, s.state()) })
	m.HandleFunc("GET /sandbox/clock", func(w http.ResponseWriter, _ *http.Request) { say(w, s.clock()) })
	m.HandleFunc("POST /sandbox/clock", s.setClock)
	s.weatherRoutes(m)
	s.peopleRoutes(m)
	s.ledgerRoutes(m)
	s.gateRoutes(m)
	return m
}

func say(w http.ResponseWriter, v any) {
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	e := json.NewEncoder(w)
	e.SetEscapeHTML(false)
	e.Encode(v)
}

func deny(w http.ResponseWriter, status int, err error) {
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	w.WriteHeader(status)
	json.NewEncoder(w).Encode(map[string]any{"error": map[string]string{"message": err.Error()}})
}

// told decodes a body into v, or answers 400 and false.
func told(w http.ResponseWriter, r *http.Request, v any) bool {
	d := json.NewDecoder(http.MaxBytesReader(w, r.Body, 1<<20))
	d.DisallowUnknownFields()
	if err := d.Decode(v); err != nil {
		deny(w, http.StatusBadRequest, err)
		return false
	}
	return true
}

type items[T any] struct {
	Items []T `json:"items"`
}

type clockState struct {
	Now   time.Time  `json:"now"`
	Speed float64    `json:"speed"`
	Until *time.Time `json:"until,omitempty"` // where it hurries to
}

// fastest is what the door lets anybody ask for: a day in nine seconds.
const fastest = 10_000

func (s *Stage) clock() clockState {
	c := clockState{Now: s.Clock.Now(), Speed: s.Clock.Speed()}
	if until := s.Clock.Until(); !until.IsZero() {
		c.Until = &until
	}
	return c
}

func (s *Stage) setClock(w http.ResponseWriter, r *http.Request) {
	var want struct {
		Now      *time.Time `json:"now"`
		AdvanceS float64    `json:"advance_s"`
		Speed    *float64   `json:"speed"`
		Until    *time.Time `json:"until"`
	}
	if !told(w, r, &want) {
		return
	}
	if want.Speed != nil && (*want.Speed < 0 || *want.Speed > fastest) {
		deny(w, http.StatusBadRequest, fmt.Errorf("the clock runs between 0 and %d times as fast as in life", fastest))
		return
	}
	if want.Until != nil && want.Until.Sub(s.Clock.Now()) > 40*24*time.Hour {
		deny(w, http.StatusBadRequest, errors.New("the clock hurries forty days ahead at most"))
		return
	}
	if want.Speed != nil {
		s.Clock.SetSpeed(*want.Speed)
	}
	if want.Now != nil {
		s.Clock.Set(*want.Now)
	}
	if want.AdvanceS != 0 {
		s.Clock.Advance(time.Duration(want.AdvanceS * float64(time.Second)))
	}
	if want.Until != nil {
		s.Clock.Hurry(*want.Until)
	}
	say(w, s.clock())
}

func (s *Stage) state() any {
	type network struct {
		Name     string    `json:"name"`
		Accounts []Account `json:"accounts"`
		Plays    []Kind    `json:"plays"`
	}
	networks := []network{}
	for _, n := range s.Networks() {
		networks = append(networks, network{n.Name, append([]Account{}, n.Accounts()...), slices.DeleteFunc(Kinds(), func(k Kind) bool { return !s.plays(n.Name, k) })})
	}
	return struct {
		Clock     clockState `json:"clock"`
		Networks  []network  `json:"networks"`
		Weather   []Mishap   `json:"weather"`
		Scenarios []Scene    `json:"scenarios"`
		People    int        `json:"people"`
		Requests  int64      `json:"requests"`
		Ledger    int        `json:"ledger"`
	}{s.clock(), networks, s.Weather.Forecast(), s.Scripts.Scenes(), len(s.Cast.all), s.requests.Load(), s.Ledger.Len()}
}

func (s *Stage) weatherRoutes(m *http.ServeMux) {
	all := func(w http.ResponseWriter, _ *http.Request) {
		say(w, struct {
			Items   []Mishap `json:"items"`
			Kinds   []Kind   `json:"kinds"`
			Presets []Preset `json:"presets"`
		}{s.Weather.Forecast(), Kinds(), Presets()})
	}
	m.HandleFunc("GET /sandbox/weather", all)
	m.HandleFunc("POST /sandbox/weather", func(w http.ResponseWriter, r *http.Request) {
		var want Mishap
		if !told(w, r, &want) {
			return
		}
		got, err := s.Weather.Add(want)
		if err != nil {
			deny(w, http.StatusBadRequest, err)
			return
		}
		say(w, got)
	})
	m.HandleFunc("PUT /sandbox/weather", func(w http.ResponseWriter, r *http.Request) {
		var want struct {
			Items   []Mishap `json:"items"`
			Preset  string   `json:"preset"`
			Network string   `json:"network"`
		}
		if !told(w, r, &want) {
			return
		}
		var err error
		if want.Preset != "" {
			err = s.Weather.Preset(want.Preset, want.Network)
		} else {
			err = s.Weather.Set(want.Items)
		}
		if err != nil {
			deny(w, http.StatusBadRequest, err)
			return
		}
		all(w, r)
	})
	m.HandleFunc("DELETE /sandbox/weather", func(w http.ResponseWriter, r *http.Request) { s.Weather.Clear(); all(w, r) })
	m.HandleFunc("DELETE /sandbox/weather/{id}", func(w http.ResponseWriter, r *http.Request) {
		if !s.Weather.Remove(r.PathValue("id")) {
			deny(w, http.StatusNotFound, errors.New("no such mishap"))
			return
		}
		all(w, r)
	})
}

func (s *Stage) ledgerRoutes(m *http.ServeMux) {
	m.HandleFunc("GET /sandbox/ledger", func(w http.ResponseWriter, r *http.Request) {
		q := r.URL.Query()
		after, _ := strconv.ParseInt(q.Get("after"), 10, 64)
		say(w, struct {
			Items []Entry `json:"items"`
			Last  int     `json:"last"`
		}{s.Ledger.Entries(Filter{q.Get("network"), q.Get("account"), Action(q.Get("action")), after, q.Get("text")}), s.Ledger.Len()})
	})
	m.HandleFunc("GET /sandbox/ledger/duplicates", func(w http.ResponseWriter, r *http.Request) {
		var pattern *regexp.Regexp
		if p := r.URL.Query().Get("pattern"); p != "" {
			var err error
			if pattern, err = regexp.Compile(p); err != nil {
				deny(w, http.StatusBadRequest, err)
				return
			}
		}
		say(w, items[Duplicate]{s.Ledger.Duplicates(pattern)})
	})
}

func (s *Stage) gateRoutes(m *http.ServeMux) {
	m.HandleFunc("GET /sandbox/gate", func(w http.ResponseWriter, r *http.Request) {
		after, _ := strconv.ParseInt(r.URL.Query().Get("after"), 10, 64)
		wait, _ := strconv.ParseFloat(r.URL.Query().Get("wait_s"), 64)
		ctx, cancel := context.WithTimeout(r.Context(), time.Duration(wait*float64(time.Second)))
		defer cancel()
		found, last := s.Gate.Wait(ctx, after), after
		if len(found) > 0 {
			last = found[len(found)-1].N
		}
		say(w, struct {
			Items []Arrival `json:"items"`
			Last  int64     `json:"last"`
		}{append([]Arrival{}, found...), last})
	})
	m.HandleFunc("PUT /sandbox/gate", func(w http.ResponseWriter, r *http.Request) {
		var want struct {
			Stops []Stop `json:"stops"`
		}
		if !told(w, r, &want) {
			return
		}
		if err := s.Gate.Replace(want.Stops...); err != nil {
			deny(w, http.StatusBadRequest, err)
			return
		}
		say(w, want)
	})
	m.HandleFunc("POST /sandbox/gate/release", func(w http.ResponseWriter, r *http.Request) {
		var want struct {
			Arrival int64 `json:"arrival"`
			All     bool  `json:"all"`
			Drop    bool  `json:"drop"`
		}
		if !told(w, r, &want) {
			return
		}
		if want.All {
			s.Gate.ReleaseAll(want.Drop)
		} else if !s.Gate.Release(want.Arrival, want.Drop) {
			deny(w, http.StatusNotFound, errors.New("nobody is held under that number"))
			return
		}
		say(w, want)
	})
	m.HandleFunc("DELETE /sandbox/gate", func(w http.ResponseWriter, _ *http.Request) { s.Gate.Clear(); say(w, struct{}{}) })
}
