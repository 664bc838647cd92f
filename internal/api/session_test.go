package api_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/kithhq/kith/internal/api"
)

func (p *place) signIn(h house) (cookie string) {
	p.t.Helper()
	s := p.ask("POST", "/api/v1/session", map[string]string{"email": h.email, "password": password})
	if s.StatusCode != 200 {
		p.t.Fatalf("%s %s", s.Status, s.body)
	}
	return cookieOf(p.t, s)
}

func cookieOf(t *testing.T, s said) string {
	t.Helper()
	for _, c := range s.Cookies() {
		if c.Name == "kith_session" {
			if !c.HttpOnly || c.SameSite != http.SameSiteLaxMode || c.Path != "/" {
				t.Errorf("a careless cookie: %s", c)
			}
			return c.Name + "=" + c.Value
		}
	}
	t.Fatal("no cookie")
	return ""
}

var _ = api.Me{}
var _ = strings.Contains
