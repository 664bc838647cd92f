package linkedin

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
)

const eventType = "ORGANIZATION_SOCIAL_ACTION_NOTIFICATIONS"

// hook is a subscription: the news of a Page, for the app, in the name of a member.
type hook struct {
	member *member
	page   string
	url    string
}

// Register validates an address as the developer portal does: it must answer a challenge with the secret of the app. LinkedIn asks it
// again every two hours; a rehearsal asks once.
func (n *Network) Register(ctx context.Context, address string) error {
	u, err := url.Parse(address)
	if err != nil {
		return err
	}
	n.mu.Lock()
	code := "890e4665-4dfe-4ab1-b689-" + n.opaque("", 12)
	n.mu.Unlock()
	q := u.Query()
	q.Set("challengeCode", code)
	u.RawQuery = q.Encode()
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, u.String(), nil) //nolint:gosec // the address is whatever the app says
	if err != nil {
		return err
	}
	res, err := n.options.Client.Do(r) //nolint:gosec // see above
	if err != nil {
		return err
	}
	defer res.Body.Close()
	var said struct{ ChallengeCode, ChallengeResponse string }
	data, _ := io.ReadAll(io.LimitReader(res.Body, 4<<10))
	if res.StatusCode != http.StatusOK || !strings.HasPrefix(res.Header.Get("Content-Type"), "application/json") || json.Unmarshal(data, &said) != nil ||
		said.ChallengeCode != code || said.ChallengeResponse != mac(n.options.ClientSecret, code) {
		return fmt.Errorf("this URL did not pass the security challenge check (%d)", res.StatusCode)
	}
	n.mu.Lock()
	n.valid[address] = true
	n.mu.Unlock()
	return nil
}

// Subscribe registers an address and sends it the news of a Page, in the name of a member.
func (n *Network) Subscribe(ctx context.Context, address string, page, admin Account) error {
	if err := n.Register(ctx, address); err != nil {
		return err
	}
	n.mu.Lock()
	defer n.mu.Unlock()
	n.hooks[n.key(admin.URN, page.URN)] = &hook{member: n.members[admin.Number], page: page.URN, url: address}
	return nil
}

func (n *Network) key(user, entity string) string { return user + " " + entity }

// subscriptions is /rest/eventSubscriptions/(developerApplication:…,user:…,entity:…,eventType:…).
func (a *ask) subscriptions() (any, *fault) {
	if len(a.path) != 2 {
		return nil, badRequest("No method for eventSubscriptions")
	}
	raw := strings.SplitN(a.r.URL.EscapedPath(), "/eventSubscriptions/", 2)[1]
	of := record(a.path[1])
	switch {
	case strings.Count(raw, "(") != 1 || of["eventType"] != eventType:
		return nil, badRequest("Invalid key %s", raw)
	case a.n.options.Development:
		return nil, denied("Not enough permissions to access: eventSubscriptions")
	case of["developerApplication"] != "urn:li:developerApplication:"+a.n.options.Application || of["user"] != a.token.member.urn():
		return nil, denied("Insufficient permissions to perform the requested action")
	}
	if f := a.administers(of["entity"]); f != nil {
		return nil, f
	}
	key := a.n.key(of["user"], of["entity"])
	switch a.r.Method {
	case http.MethodGet:
		h, ok := a.n.hooks[key]
		if !ok {
			return nil, nothing()
		}
		return map[string]any{"webhook": h.url, "expiresAt": a.token.expires.UnixMilli(), "subscriberAndEntity": of}, nil
	case http.MethodPut:
		var said struct {
			Webhook string `json:"webhook"`
		}
		if f := a.told(&said); f != nil {
			return nil, f
		}
		if !a.n.valid[said.Webhook] {
			return nil, badRequest("The webhook is not registered and validated for this application")
		}
		a.n.hooks[key] = &hook{member: a.token.member, page: of["entity"], url: said.Webhook}
		empty(a.w, http.StatusNoContent)
		return nil, nil
	case http.MethodDelete:
		delete(a.n.hooks, key)
		empty(a.w, http.StatusNoContent)
		return nil, nil
	}
	return nil, no(http.StatusMethodNotAllowed, "", "Method not allowed")
}
