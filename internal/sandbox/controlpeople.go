package sandbox

import (
	"errors"
	"net/http"
)

type shownPerson struct {
	Person
	AvatarURL string `json:"avatar_url"`
}

func (s *Stage) peopleRoutes(m *http.ServeMux) {
	m.HandleFunc("GET /sandbox/people", func(w http.ResponseWriter, r *http.Request) {
		found := []shownPerson{}
		for _, p := range s.Cast.Some(Mood(r.URL.Query().Get("mood")), r.URL.Query().Get("lang")) {
			found = append(found, shownPerson{p, "/sandbox/people/" + p.ID + "/avatar.svg"})
		}
		say(w, items[shownPerson]{found})
	})
	m.HandleFunc("GET /sandbox/people/{id}/avatar.svg", func(w http.ResponseWriter, r *http.Request) {
		p, ok := s.Cast.Person(r.PathValue("id"))
		if !ok {
			deny(w, http.StatusNotFound, errors.New("nobody has that id"))
			return
		}
		w.Header().Set("Content-Type", "image/svg+xml")
		w.Write(p.Avatar())
	})
	m.HandleFunc("GET /sandbox/posts", func(w http.ResponseWriter, r *http.Request) {
		n, ok := s.Network(r.URL.Query().Get("network"))
		if !ok || n.Actor == nil {
			deny(w, http.StatusNotFound, errors.New("no network with people has that name"))
			return
		}
		say(w, items[Post]{append([]Post{}, n.Actor.Posts(r.URL.Query().Get("account"))...)})
	})
	m.HandleFunc("POST /sandbox/talk", func(w http.ResponseWriter, r *http.Request) {
		var want Act
		if !told(w, r, &want) {
			return
		}
		done, err := s.Scripts.Do(want)
		if err != nil {
			deny(w, http.StatusBadRequest, err)
			return
		}
		say(w, done)
	})
	scenes := func(w http.ResponseWriter, _ *http.Request) {
		say(w, struct {
			Items []Scene `json:"items"`
			Past  []Scene `json:"past"`
			Known []play  `json:"known"`
		}{s.Scripts.Scenes(), s.Scripts.Past(), allPlays()})
	}
	m.HandleFunc("GET /sandbox/scenarios", scenes)
	m.HandleFunc("POST /sandbox/scenarios", func(w http.ResponseWriter, r *http.Request) {
		var want Scene
		if !told(w, r, &want) {
			return
		}
		got, err := s.Scripts.Start(want)
		if err != nil {
			deny(w, http.StatusBadRequest, err)
			return
		}
		say(w, got)
	})
	m.HandleFunc("DELETE /sandbox/scenarios", func(w http.ResponseWriter, r *http.Request) { s.Scripts.StopAll(); scenes(w, r) })
	m.HandleFunc("DELETE /sandbox/scenarios/{id}", func(w http.ResponseWriter, r *http.Request) {
		if !s.Scripts.Stop(r.PathValue("id")) {
			deny(w, http.StatusNotFound, errors.New("no such scene"))
			return
		}
		scenes(w, r)
	})
}
