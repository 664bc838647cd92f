package networktest

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/kithhq/kith/internal/network"
	"github.com/kithhq/kith/internal/secret"
)

// Consent goes to a network's page of consent as a browser would, answers its form,
// and gives what comes back to our address. It looks at the page, that it leads back
// to where it was told to, and that the state is unchanged.
func Consent(t *testing.T, driver network.Authorizer, ask network.Asking, answer url.Values) url.Values {
	t.Helper()
	back, _ := ConsentMemory(t, driver, ask, answer)
	return back
}

// ConsentMemory is Consent where Grant needs what Authorize wanted to be remembered.
func ConsentMemory(t *testing.T, driver network.Authorizer, ask network.Asking, answer url.Values) (url.Values, secret.Text) {
	t.Helper()
	going, err := driver.Authorize(t.Context(), ask)
	if err != nil {
		t.Fatal(err)
	}
	client := &http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	page, err := client.Get(going.URL)
	if err != nil || page.StatusCode != http.StatusOK {
		t.Fatal(page, err)
	}
	_ = page.Body.Close() // it is for people
	u, err := url.Parse(going.URL)
	if err != nil {
		t.Fatal(err)
	}
	form := u.Query()
	for name, values := range answer {
		form[name] = values
	}
	u.RawQuery = ""
	back, err := client.PostForm(u.String(), form)
	if err != nil {
		t.Fatal(err)
	}
	_ = back.Body.Close() // only where it leads counts
	to, err := back.Location()
	if err != nil || !strings.HasPrefix(to.String(), ask.Redirect) || to.Query().Get("state") != ask.State {
		t.Fatal(to, err)
	}
	return to.Query(), going.Memory
}
