package whatsapp

import (
	"context"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"github.com/kithhq/kith/internal/sandbox/graph"
)

const object = "whatsapp_business_account"

// subscription is where the app wants its webhooks: one address for all accounts.
type subscription struct {
	callback string
	fields   []string
	active   bool
}

func (n *Network) hookTo() (callback string, active bool) {
	n.mu.Lock()
	defer n.mu.Unlock()
	return n.hook.callback, n.hook.active
}

// Subscribe sets the app's webhook address as the app's dashboard does: Meta asks the address for a challenge first.
func (n *Network) Subscribe(ctx context.Context, callback, verifyToken string, fields ...string) error {
	if err := graph.Challenge(ctx, n.options.Client, callback, verifyToken); err != nil {
		return err
	}
	if len(fields) == 0 {
		fields = []string{"messages"}
	}
	n.mu.Lock()
	n.hook = subscription{callback: callback, fields: fields, active: true}
	n.mu.Unlock()
	return nil
}

// SubscribeAccount lets the news of a business account be sent.
func (n *Network) SubscribeAccount(account string) {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.accounts[account].subscribed = true
}

// Unsubscribe takes the app from a business account, as its owner can in the business settings.
func (n *Network) Unsubscribe(account string) {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.accounts[account].subscribed = false
}

// Forget is a dashboard in which nobody has entered an address, and an account that the app was never let into.
func (n *Network) Forget(account string) {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.hook, n.accounts[account].subscribed = subscription{}, false
}

// Subscribed says whether the news of a business account are sent.
func (n *Network) Subscribed(account string) bool {
	n.mu.Lock()
	defer n.mu.Unlock()
	return n.accounts[account].subscribed
}

// Divert sends the news of a business account to another address than the app's, as POST /{account}/subscribed_apps with
// override_callback_uri does.
func (n *Network) Divert(account, address string) {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.accounts[account].instead = address
}

// subscriptions is /{app}/subscriptions with the app's token. Asking the address happens with no lock held: it may ask back.
func (n *Network) subscriptions(w http.ResponseWriter, r *http.Request, p *graph.Params, app string) {
	if graph.Bearer(r, p) != n.app().Own() || app != n.options.AppID {
		graph.Fail(w, graph.No(http.StatusBadRequest, 15, 0, "(#15) This method must be called with an app access_token."))
		return
	}
	if p.Method == http.MethodGet {
		n.mu.Lock()
		h := n.hook
		n.mu.Unlock()
		graph.Write(w, http.StatusOK, map[string]any{"data": graph.Subscriptions(object, h.callback, h.active, h.fields)})
		return
	}
	if p.Method != http.MethodPost || p.Get("object") != object || p.Get("callback_url") == "" {
		graph.Fail(w, graph.Invalid("object and callback_url are required"))
		return
	}
	for _, f := range p.List("fields") {
		if !slices.Contains(fields(), f) || n.refuses(f) {
			graph.Fail(w, graph.Invalid("Param fields[0] must be one of {%s} - got %q.", strings.Join(fields(), ", "), f))
			return
		}
	}
	if err := n.Subscribe(r.Context(), p.Get("callback_url"), p.Get("verify_token"), p.List("fields")...); err != nil {
		graph.Fail(w, graph.No(http.StatusBadRequest, 2200, 0, "(#2200) Callback verification failed with the following errors: %s", err))
		return
	}
	graph.Write(w, http.StatusOK, graph.Done())
}

// Refuse lets Meta not know fields of webhooks from now on, as those of another version of its API.
func (n *Network) Refuse(fields ...string) {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.refused = fields
}

func (n *Network) refuses(field string) bool {
	n.mu.Lock()
	defer n.mu.Unlock()
	return slices.Contains(n.refused, field)
}

// fields are the webhook fields that can be asked for.
func fields() []string {
	return []string{"messages", "smb_message_echoes", "message_template_status_update", "message_template_quality_update", "message_template_components_update",
		"template_category_update", "account_update", "account_alerts", "account_review_update", "business_capability_update", "phone_number_quality_update",
		"phone_number_name_update", "security", "history", "user_preferences"}
}

func (a *ask) subscribedApps(of *account) (any, *graph.Fault) {
	switch {
	case a.isGet():
		data := []any{}
		if of.subscribed {
			app := map[string]any{"id": a.n.options.AppID, "link": "https://www.facebook.com/games/?app_id=" + a.n.options.AppID, "name": "Kith rehearsal"}
			one := map[string]any{"whatsapp_business_api_data": app}
			if of.instead != "" {
				one["override_callback_uri"] = of.instead
			}
			data = append(data, one)
		}
		return map[string]any{"data": data}, nil
	case a.isPost() || a.isDelete():
		of.subscribed, of.instead = a.isPost(), a.p.Get("override_callback_uri")
		return graph.Done(), nil
	}
	return nil, graph.Missing(a.p.Method, a.id)
}

// wants says whether anybody asked for news of a business account; what goes elsewhere is not played.
func (n *Network) wants(of *account, field string) bool {
	return n.hook.active && slices.Contains(n.hook.fields, field) && of.subscribed && of.instead == ""
}

// tellOf queues news of a business account itself, which name no number by its id; the network's mutex is held.
func (n *Network) tellOf(of *account, field string, value map[string]any) {
	if n.wants(of, field) {
		n.courier.Take(graph.News{Account: of.id, Field: field, Value: value, At: n.stage.Clock.Now()})
	}
}

// tell queues news of a number for whoever subscribed; the network's mutex is held.
func (n *Network) tell(x *number, field string, value map[string]any) {
	if !n.wants(x.of, field) {
		return
	}
	value["messaging_product"] = "whatsapp"
	value["metadata"] = map[string]any{"display_phone_number": x.digits(), "phone_number_id": x.id}
	n.courier.Take(graph.News{Account: x.of.id, Field: field, Value: value, At: n.stage.Clock.Now()})
}

// tellMessage tells what a person wrote or did; more is what is particular to its type.
func (n *Network) tellMessage(x *number, c *contact, id, kind string, more map[string]any) {
	what := map[string]any{"id": id, "timestamp": strconv.FormatInt(n.stage.Clock.Now().Unix(), 10), "type": kind, "from_user_id": c.user}
	profile := map[string]any{"name": c.who.Name}
	who := map[string]any{"profile": profile, "user_id": c.user}
	if c.hidden {
		profile["username"] = c.who.Handle
	} else {
		what["from"], who["wa_id"] = c.phone, c.phone
	}
	for k, v := range more {
		what[k] = v
	}
	n.tell(x, "messages", map[string]any{"contacts": []any{who}, "messages": []any{what}})
}

func (n *Network) tellStatus(m *message, status string, errors []any) {
	what := map[string]any{"id": m.id, "status": status, "timestamp": strconv.FormatInt(n.stage.Clock.Now().Unix(), 10), "recipient_user_id": m.with.user}
	if !m.with.hidden {
		what["recipient_id"] = m.with.phone
	} else {
		what["recipient_id"] = ""
	}
	if m.opaque != "" {
		what["biz_opaque_callback_data"] = m.opaque
	}
	if errors != nil {
		what["errors"] = errors
	} else {
		category := map[bool]string{true: "utility", false: "service"}[m.kind == "template"]
		what["pricing"] = map[string]any{"billable": m.kind == "template", "pricing_model": "PMP", "category": category}
	}
	n.tell(m.on, "messages", map[string]any{"statuses": []any{what}})
}

// Sign answers the two signature headers of a webhook body.
func Sign(secret string, body []byte) (sha256Header, sha1Header string) {
	return graph.Sign(secret, body)
}
