package api_test

import (
	"context"
	"net/http"
	"strings"
	"testing"

	"github.com/danielgtaylor/huma/v2/validation"

	"github.com/kithhq/kith/internal/access"
	"github.com/kithhq/kith/internal/api"
	"github.com/kithhq/kith/internal/channel"
	"github.com/kithhq/kith/internal/say"
	"github.com/kithhq/kith/internal/store"
	"github.com/kithhq/kith/internal/store/storetest"
	"github.com/kithhq/kith/internal/team"
)

// A person is answered in the language of their account, a program and a
// stranger in the one they ask for; what the database keeps stays as it is.
func TestAnswersAreInTheLanguageOfTheReader(t *testing.T) {
	p := open(t, storetest.SQLite(t))
	ada := p.team("ada@example.org")
	ids := p.furnish(ada)
	cookie := p.signIn(ada)
	person := []string{"Cookie", cookie}
	program := []string{"Authorization", "Bearer " + ada.token}
	french := []string{"Accept-Language", "fr-CA,fr;q=0.9,en;q=0.4"}
	p.do(func(ctx context.Context, tx *store.Tx) error {
		c, err := channel.Get(ctx, tx, ada.by.Workspace, ids["channels"])
		if err != nil {
			return err
		}
		return channel.Ailing(ctx, tx, c, "Bluesky does not accept our key any more.", "Make a new app password and connect the account again.")
	})
	missing := func(header ...string) api.Problem {
		t.Helper()
		return refused(t, p.ask("GET", "/api/v1/posts/none", nil, header...), 404, "not_found")
	}
	const en, fr = "There is no such post.", "Cette publication n’existe pas."
	if got := missing(person...); got.Detail != en {
		t.Errorf("a person who reads English: %+v", got)
	}
	if got := missing(append(french, person...)...); got.Detail != en {
		t.Errorf("whatever the browser asks for: %+v", got)
	}
	if got := missing(append(french, program...)...); got.Detail != fr || got.Title != "Introuvable" {
		t.Errorf("a program that asks for French: %+v", got)
	}
	for path, want := range map[string]string{"/api/v1/me": "Personne n’est connecté.", "/api/v1/nothing": "Il n’y a rien à cette adresse.", "/api/v1/media/x": "Personne n’est connecté."} {
		if s := p.ask("GET", path, nil, french...); !strings.Contains(string(s.body), want) {
			t.Errorf("a stranger at %s: %s", path, s.body)
		}
	}
	p.do(func(ctx context.Context, tx *store.Tx) error {
		locale := "fr"
		return team.ChangeAccount(ctx, tx, ada.by, team.Change{Locale: &locale})
	})
	if got := missing(person...); got.Detail != fr {
		t.Errorf("a person who reads French: %+v", got)
	}
	for path, want := range map[string]string{
		"/channels":    "Bluesky n’accepte plus notre clé.",
		"/today":       "Créez un nouveau mot de passe d’application, puis reconnectez le compte.",
		"/networks":    "Mot de passe d’application",
		"/posts?q=x&y": "Il n’y a pas de paramètre «\u202fy\u202f» ici.",
	} {
		if s := p.ask("GET", "/api/v1"+path, nil, person...); !strings.Contains(string(s.body), want) {
			t.Errorf("%s: %s", path, s.body)
		}
		if s := p.with(ada, "GET", path, nil); strings.Contains(string(s.body), want) {
			t.Errorf("a program that asks for nothing: %s", s.body)
		}
	}
	networks := ok[api.Page[api.Network]](t, p.ask("GET", "/api/v1/networks", nil, person...))
	for _, a := range networks.Items[0].Actions {
		if !a.Can && (a.Why == "" || say.In("fr", a.Why) != a.Why) {
			t.Errorf("%+v is not French", a)
		}
	}
	check := map[string]any{"parts": []any{map[string]any{"text": strings.Repeat("x", 303)}}, "channels": []any{map[string]any{"channel_id": ids["channels"], "parts": nil}}}
	if s := p.ask("POST", "/api/v1/posts/check", check, person...); !strings.Contains(string(s.body), "Le texte a 3 caractères de trop.") {
		t.Errorf("%s", s.body)
	}
	told := refused(t, p.ask("POST", "/api/v1/invitations", map[string]any{"email": "", "role": "king"}, person...), 422, "invalid")
	if len(told.Errors) < 2 || told.Detail != told.Errors[0].Detail || !strings.Contains(told.Errors[0].Detail+told.Errors[1].Detail, "Attendu\u202f: l’une de ces valeurs") {
		t.Errorf("%+v", told)
	}
}

// What libraries say of a request is said in French too.
func TestWhatTheFrameworkSaysHasItsFrench(t *testing.T) {
	known := func(english string) {
		t.Helper()
		english = strings.NewReplacer("%d", "7", "%v", "seven", "%s", "seven").Replace(english)
		if say.In("fr", english) == english {
			t.Errorf("%q has no French (say/fr/huma.json, http.json)", english)
		}
	}
	for _, m := range []string{
		validation.MsgUnexpectedProperty, validation.MsgExpectedRFC3339DateTime, validation.MsgExpectedRFC3339Date, validation.MsgExpectedMatchAtLeastOneSchema,
		validation.MsgExpectedMatchExactlyOneSchema, validation.MsgExpectedBoolean, validation.MsgExpectedNumber, validation.MsgExpectedInteger, validation.MsgExpectedString,
		validation.MsgExpectedArray, validation.MsgExpectedObject, validation.MsgExpectedOneOf, validation.MsgExpectedMinimumNumber, validation.MsgExpectedMaximumNumber,
		validation.MsgExpectedMinLength, validation.MsgExpectedMaxLength, validation.MsgExpectedMinItems, validation.MsgExpectedMaxItems, validation.MsgExpectedMinProperties,
		validation.MsgExpectedMaxProperties, validation.MsgExpectedRequiredProperty, validation.MsgExpectedMatchPattern,
		"required query parameter is missing", "request body is required", "invalid integer", "invalid float", "invalid boolean",
	} {
		known(strings.ToUpper(m[:1]) + m[1:] + ".")
	}
	for _, status := range []int{400, 401, 403, 404, 405, 406, 409, 413, 415, 422, 429, 500, 502, 503} {
		known(http.StatusText(status))
	}
	for _, v := range access.Verbs() {
		if got := say.In("fr", "Your role does not have the right “"+string(v)+"”, so a token cannot."); strings.Contains(got, "«\u202f"+string(v)+"\u202f»") {
			t.Errorf("the right %s is said as %q", v, got)
		}
	}
}
