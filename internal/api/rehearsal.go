package api

import (
	"bytes"
	"encoding/json"
	"net/http"
	"net/url"
	"strings"

	"github.com/danielgtaylor/huma/v2"

	"github.com/kithhq/kith/internal/access"
	"github.com/kithhq/kith/internal/fault"
)

// rehearsal passes what the control room does to the stage of pretended
// networks; in a house that does not rehearse there is none.
func (d *Door) rehearsal() {
	object := &huma.Schema{Type: huma.TypeObject, AdditionalProperties: true}
	for _, r := range []struct {
		id, name, summary string
		ask               []string
	}{
		{"GET /rehearsal", "getStage", "The stage: clock, networks, weather, scenarios", nil},
		{"GET /rehearsal/clock", "getStageClock", "The clock of the stage", nil},
		{"POST /rehearsal/clock", "setStageClock", "Set, advance or speed up the clock", nil},
		{"GET /rehearsal/weather", "getWeather", "The weather, its kinds and presets", nil},
		{"POST /rehearsal/weather", "addMishap", "Add one mishap", nil},
		{"PUT /rehearsal/weather", "setWeather", "Replace the weather, or take a preset", nil},
		{"DELETE /rehearsal/weather", "clearWeather", "Fair weather", nil},
		{"DELETE /rehearsal/weather/{id}", "removeMishap", "Take one mishap away", nil},
		{"GET /rehearsal/people", "listCast", "People who can act", []string{"mood", "lang"}},
		{"GET /rehearsal/people/{id}/avatar.svg", "getCastAvatar", "A picture of one of them", nil},
		{"GET /rehearsal/posts", "listStagePosts", "Posts on a pretended network", []string{"network", "account"}},
		{"POST /rehearsal/talk", "talk", "Let a person comment, react, write, follow", nil},
		{"GET /rehearsal/scenarios", "listScenarios", "Scenarios that play, and those that can", nil},
		{"POST /rehearsal/scenarios", "startScenario", "Start a scenario", nil},
		{"DELETE /rehearsal/scenarios", "stopScenarios", "Stop all", nil},
		{"DELETE /rehearsal/scenarios/{id}", "stopScenario", "Stop one", nil},
		{"GET /rehearsal/settings", "getStageSettings", "What to type to connect an account of a pretended network", []string{"network"}},
		{"GET /rehearsal/ledger", "getLedger", "What was written on the pretended networks", []string{"network", "account", "action", "after", "text"}},
	} {
		// Playing people needs no right beyond reading: it is practice, and only in a rehearsal house.
		raw(d, route{id: r.id, name: r.name, verb: access.Read, summary: r.summary}, func(op *huma.Operation) {
			asks(op, r.ask...)
			if op.Method == http.MethodPost || op.Method == http.MethodPut {
				takes(op, "application/json", object)
			}
			if r.name == "getCastAvatar" {
				gives(op, http.StatusOK, "image/svg+xml", &huma.Schema{Type: huma.TypeString})
				return
			}
			gives(op, http.StatusOK, "application/json", object)
		}, d.stage)
	}
}

const stageFolder = "/sandbox"

// stage plays one request on the stage and says its refusals as ours.
func (d *Door) stage(w http.ResponseWriter, r *http.Request, _ access.Actor) error {
	if d.Rehearsal == nil {
		return fault.New(fault.NotFound, "This house does not rehearse.").WithHint("Start it with “kith rehearse”.")
	}
	path := stageFolder + strings.TrimPrefix(r.URL.Path, prefix+"/rehearsal")
	if path == stageFolder {
		path += "/state"
	}
	played := r.Clone(r.Context())
	played.Header = http.Header{"Content-Type": r.Header["Content-Type"]} // no cookie and no token goes on stage
	played.URL = &url.URL{Path: path, RawQuery: r.URL.RawQuery}
	played.RequestURI = ""
	played.Body = http.MaxBytesReader(w, r.Body, 1<<20)
	said := &refusal{header: http.Header{}, status: http.StatusOK}
	d.Rehearsal.ServeHTTP(said, played)
	if said.status >= http.StatusBadRequest {
		var why struct {
			Error struct {
				Message string `json:"message"`
			} `json:"error"`
		}
		_ = json.Unmarshal(said.Bytes(), &why) // what it does not say stays empty
		if strings.Contains(why.Error.Message, "request body too large") {
			return problem(http.StatusRequestEntityTooLarge, "The request is too large.", "Send less at once.")
		}
		return problem(said.status, sentence(why.Error.Message), "")
	}
	w.Header().Set("Content-Type", said.header.Get("Content-Type"))
	w.WriteHeader(said.status)
	_, err := w.Write(bytes.ReplaceAll(said.Bytes(), []byte(`"`+stageFolder+`/people/`), []byte(`"`+prefix+`/rehearsal/people/`)))
	return err
}
