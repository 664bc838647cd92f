package whatsapp

import (
	"net/http"
	"strings"
	"time"

	"github.com/kithhq/kith/internal/sandbox"
	"github.com/kithhq/kith/internal/sandbox/graph"
)

// place is what a path names: /v25.0/{id}/{edge}, with or without the version.
func place(path string) (id, edge string, known bool) {
	parts, known := graph.Route(path)
	if !known {
		return "", "", false
	}
	switch len(parts) {
	case 1:
		return parts[0], "", true
	case 2:
		return parts[0], parts[1], true
	}
	return "", "", false
}

// action tells the stage what a request does.
func action(r *http.Request) sandbox.Action {
	id, edge, _ := place(r.URL.Path)
	write := r.Method != http.MethodGet && r.Method != http.MethodHead
	switch {
	case id == "dialog":
		return ""
	case id == "oauth" || id == "debug_token" || id == "me" || edge == "subscriptions" || edge == "subscribed_apps" || edge == "phone_numbers":
		return sandbox.Token
	case edge == "messages":
		return sandbox.Message
	case edge == "media" && write:
		return sandbox.Upload
	case edge == "block_users" && write:
		return sandbox.Ban
	case !write:
		return sandbox.Read
	}
	return sandbox.Edit
}

// refuse says the stage's refusals. Messages have limits of their own, and no hint how long to wait.
func (n *Network) refuse(w http.ResponseWriter, r *http.Request, why sandbox.Refusal) {
	if why.Kind != sandbox.Throttled || sandbox.From(r.Context()).Action != sandbox.Message {
		graph.Refuse(w, r, why, n.options.AppID, "whatsapp")
		return
	}
	limits := []*graph.Fault{throughput(), pair(), graph.No(http.StatusTooManyRequests, 80007, 0, "(#80007) Rate limit issues"),
		graph.No(http.StatusBadRequest, 4, 0, "(#4) Application request limit reached")}
	graph.Fail(w, limits[sandbox.From(r.Context()).Seq%int64(len(limits))])
}

func throughput() *graph.Fault {
	return graph.No(http.StatusTooManyRequests, 130429, 0, "(#130429) Rate limit hit")
}

func pair() *graph.Fault {
	return graph.No(http.StatusBadRequest, 131056, 0, "(#131056) (Business Account, Consumer Account) pair rate limit hit")
}

// ask is one admitted call, with the network's mutex held.
type ask struct {
	n      *Network
	now    time.Time
	base   string // scheme and host the caller used
	call   *sandbox.Call
	p      *graph.Params
	token  *graph.Token
	id     string
	edge   string
	fields []graph.Field
}

func (n *Network) serve(w http.ResponseWriter, r *http.Request) {
	id, edge, ok := place(r.URL.Path)
	switch {
	case !ok:
		graph.Fail(w, graph.UnknownPath(strings.Trim(r.URL.Path, "/")))
		return
	case id == "dialog":
		n.dialog(w, r)
		return
	case id == "whatsapp_business" && edge == "attachments":
		n.download(w, r)
		return
	}
	p, err := graph.Read(r)
	if err != nil {
		graph.Fail(w, graph.Unreadable(err, graph.No(http.StatusRequestEntityTooLarge, 131052, 0, "(#131052) The file is too large")))
		return
	}
	switch {
	case id == "oauth":
		n.exchange(w, &p, edge)
		return
	case edge == "subscriptions":
		n.subscriptions(w, r, &p, id)
		return
	}
	v, f := n.answer(r, &p, id, edge)
	n.courier.Wake()
	if f != nil {
		graph.Fail(w, f)
		return
	}
	graph.Write(w, http.StatusOK, v)
}

func (n *Network) answer(r *http.Request, p *graph.Params, id, edge string) (any, *graph.Fault) {
	call := sandbox.From(r.Context())
	n.mu.Lock()
	defer n.mu.Unlock()
	t, f := n.admit(call, r, p)
	if f != nil {
		return nil, f
	}
	a := &ask{n: n, now: call.Now(), base: graph.Base(r), call: call, p: p, token: t, id: id, edge: edge}
	if a.fields, f = graph.Wanted(p.Get("fields")); f != nil {
		return nil, f
	}
	return a.dispatch()
}

func (a *ask) dispatch() (any, *graph.Fault) {
	if a.id == "debug_token" {
		return a.debugToken()
	}
	if x, ok := a.n.numbers[a.id]; ok {
		a.p.Seen = a.n.watcher("Number", a.p.Method, a.edge)
		return a.onNumber(x)
	}
	if of, ok := a.n.accounts[a.id]; ok {
		a.p.Seen = a.n.watcher("WhatsAppBusinessAccount", a.p.Method, a.edge)
		return a.onAccount(of)
	}
	if m, ok := a.n.files[a.id]; ok && a.edge == "" {
		return a.onFile(m)
	}
	return nil, graph.Missing(a.p.Method, a.id)
}

func (a *ask) onNumber(x *number) (any, *graph.Fault) {
	if f := a.may(x.of); f != nil {
		return nil, f
	}
	switch {
	case a.edge == "" && a.isGet():
		return a.showNumber(x, a.fields)
	case a.edge == "messages" && a.isPost():
		return a.send(x)
	case a.edge == "media" && a.isPost():
		return a.upload(x)
	case a.edge == "block_users":
		return a.block(x)
	}
	return nil, graph.Missing(a.p.Method, a.id)
}

func (a *ask) onAccount(of *account) (any, *graph.Fault) {
	if f := a.may(of, "whatsapp_business_management"); f != nil {
		return nil, f
	}
	switch {
	case a.edge == "" && a.isGet():
		return graph.Node("WhatsAppBusinessAccount", a.fields, graph.Names("id", "name"), func(f graph.Field) (any, bool, bool, *graph.Fault) {
			switch f.Name {
			case "id":
				return of.id, true, true, nil
			case "name":
				return of.name, true, true, nil
			case "whatsapp_business_manager_messaging_limit":
				return of.portfolio.tier(), true, true, nil
			case "owner_business_info":
				return map[string]any{"id": of.portfolio.id, "name": of.portfolio.name}, true, true, nil
			case "analytics", "pricing_analytics":
				v, has, fault := a.analytics(of, f)
				return v, has, true, fault
			}
			return nil, false, false, nil
		})
	case a.edge == "phone_numbers" && a.isGet():
		w, f := graph.Cut(a.p.Get, 25)
		if f != nil {
			return nil, f
		}
		return graph.Part(w, of.numbers, func(x *number) string { return x.id }, func(x *number) (any, *graph.Fault) { return a.showNumber(x, a.fields) },
			graph.Links(a.base+"/v25.0", a.token.Value, a.id+"/phone_numbers", a.p.Values))
	case a.edge == "message_templates" && a.isGet():
		return a.listTemplates(of)
	case a.edge == "subscribed_apps":
		return a.subscribedApps(of)
	}
	return nil, graph.Missing(a.p.Method, a.id)
}

func (a *ask) showNumber(x *number, fields []graph.Field) (any, *graph.Fault) {
	return graph.Node("WhatsAppBusinessPhoneNumber", fields, graph.Names("id", "display_phone_number", "verified_name", "quality_rating", "code_verification_status", "status"),
		func(f graph.Field) (any, bool, bool, *graph.Fault) {
			switch f.Name {
			case "id":
				return x.id, true, true, nil
			case "display_phone_number":
				return x.display, true, true, nil
			case "verified_name":
				return x.name, true, true, nil
			case "quality_rating":
				return x.quality, true, true, nil
			case "code_verification_status":
				return "VERIFIED", true, true, nil
			case "name_status":
				return "APPROVED", true, true, nil
			case "status":
				return x.status, true, true, nil
			}
			return nil, false, false, nil
		})
}

func (a *ask) isGet() bool    { return a.p.Method == http.MethodGet }
func (a *ask) isPost() bool   { return a.p.Method == http.MethodPost }
func (a *ask) isDelete() bool { return a.p.Method == http.MethodDelete }
