package api

import (
	"context"
	"time"

	"github.com/kithhq/kith/internal/access"
	"github.com/kithhq/kith/internal/channel"
	"github.com/kithhq/kith/internal/network"
	"github.com/kithhq/kith/internal/store"
)

// Network is what a network says of itself.
type Network struct {
	Name     network.Name    `json:"name"`
	Label    string          `json:"label" say:""`
	Fields   List[Setting]   `json:"fields" doc:"What the form asks to connect an account."`
	Limits   Limits          `json:"limits"`
	Assisted Maybe[Assisted] `json:"assisted" doc:"How a person is helped to publish by hand; null: nothing is published there."`
	Options  List[Option]    `json:"options" doc:"What may be chosen for each post there."`
	Actions  List[Ability]   `json:"actions"`
	// Templates says that there are messages the network has approved beforehand.
	Templates      bool         `json:"templates" doc:"It has messages that were approved beforehand: GET /channels/{id}/templates."`
	Paid           bool         `json:"paid" doc:"It takes money for answers: POST /conversations/{id}/check."`
	Edits          Edits        `json:"edits" doc:"How a post that is out may be changed, where it can be."`
	ClosingDeletes bool         `json:"closing_deletes" doc:"Closing the comments below a post deletes those that are there."`
	ClosingOnly    string       `json:"closing_only,omitempty" say:"" doc:"Who may close them, where not every account may."`
	Pins           List[string] `json:"pins" doc:"What can be kept at the top, where anything can: post, comment."`
	Consent        string       `json:"consent" enum:"none,ready,address" doc:"Whether people connect by the network's own page of consent. address: they could, if this house had a public https address."`
	AsOf           string       `json:"as_of"`
}

// Edits is how long and how often a post that is out may be changed; 0: without end.
type Edits struct {
	Minutes int  `json:"minutes" doc:"Since it was published."`
	Times   int  `json:"times"`
	Title   bool `json:"title" doc:"Its title, too."`
}

// Setting is one field of the form that connects an account.
type Setting struct {
	Name     string `json:"name"`
	Label    string `json:"label" say:""`
	Help     string `json:"help" say:""`
	Secret   bool   `json:"secret"`
	Required bool   `json:"required"`
	Kind     string `json:"kind" enum:"text,url,password"`
	Default  string `json:"default,omitempty"`
	Before   bool   `json:"before,omitempty" doc:"Asked before the network's own page of consent, too."`
}

// Ability says whether a network can do something, and what to do if it cannot.
type Ability struct {
	Action  string `json:"action"`
	Can     bool   `json:"can"`
	Why     string `json:"why,omitempty" say:""`
	Instead string `json:"instead,omitempty" say:""`
	Only    string `json:"only,omitempty" say:"" doc:"Who alone may, of what the network does not let everybody do."`
}

// Channel is one connected account.
type Channel struct {
	ID            string       `json:"id"`
	Network       network.Name `json:"network"`
	Handle        string       `json:"handle"`
	Name          string       `json:"name"`
	AvatarURL     string       `json:"avatar_url" doc:"Our own address of it; empty when there is none."`
	URL           string       `json:"url"`
	Health        Health       `json:"health"`
	Limits        Limits       `json:"limits"`
	CompleteUntil *time.Time   `json:"complete_until" doc:"Everything up to here has been heard; null = not known."`
	Sort          string       `json:"sort" say:"" doc:"What sort of account it is, where those of a network differ in what they can; empty: they do not, or nobody knows."`
	Cannot        List[Denied] `json:"cannot" doc:"What this account cannot though its network can: a sort of account, or a right that was not given. All it can: GET /channels/{id}."`
}

// Denied is something that an account cannot though its network can.
type Denied struct {
	Action  string `json:"action"`
	Why     string `json:"why" say:""`
	Instead string `json:"instead" say:"" doc:"What to do."`
}

// ChannelDetail is one connected account with all that it can do.
type ChannelDetail struct {
	Channel
	Actions List[Ability] `json:"actions" doc:"Of this account: GET /networks tells those of its network."`
}

// Health is how a connection is, and what to do.
type Health struct {
	State     string     `json:"state" enum:"ok,warn,broken"`
	Text      string     `json:"text" say:""`
	Fix       string     `json:"fix" say:""`
	CheckedAt *time.Time `json:"checked_at"`
	// SilentSince is apart from State, which is what the network said last.
	SilentSince *time.Time `json:"silent_since" doc:"The network does not answer since then, and is asked again; null: it answers, as far as is known."`
}

// Connect connects an account by the fields of its network's form.
type Connect struct {
	Network  network.Name      `json:"network" minLength:"1" maxLength:"50"`
	Settings map[string]string `json:"settings" maxProperties:"50"`
	// ReadingBudget is kept in the moment in which the channel begins to be read.
	ReadingBudget string `json:"reading_budget,omitempty" maxLength:"200" doc:"What may be spent in a month on reading it, a decimal number in the currency of the network's prices; empty: as much as it costs, or as was said before."`
}

// Reconnect gives new keys for an account.
type Reconnect struct {
	Settings map[string]string `json:"settings" maxProperties:"50"`
}

func (c Channel) about() string { return c.ID }

type choicesQuery struct {
	ID     string `path:"id" maxLength:"64"`
	Option string `path:"option" maxLength:"64"`
	Of     string `query:"of" maxLength:"1000" doc:"What is chosen for the option that this one depends on."`
	Q      string `query:"q" maxLength:"500" doc:"What was typed, for an option that is searched: a place's name, or the number or the link of its Page. Less than two letters find nothing."`
}

func (d *Door) channels() {
	on(d, route{id: "GET /networks", name: "listNetworks", renewed: true, summary: "The networks, and what each can do"},
		func(context.Context, access.Actor, *none) (Page[Network], error) {
			return Page[Network]{Items: each(d.House.Networks.All(), d.networkOf)}, nil
		})
	read(d, route{id: "GET /channels", name: "listChannels", verb: access.Read, summary: "Connected accounts"},
		func(ctx context.Context, tx *store.Tx, by access.Actor, _ *none) (Page[Channel], error) {
			all, err := channel.List(ctx, tx, by.Workspace)
			said := Page[Channel]{}
			for _, c := range all {
				if by.Sees(c.ID) {
					said.Items = append(said.Items, d.channelOf(c))
				}
			}
			return said, err
		})
	way(d, route{id: "POST /channels", name: "connectChannel", verb: access.Connect, audit: "channel.connect", summary: "Connect an account"},
		func(ctx context.Context, by access.Actor, in *told[Connect]) (Channel, error) {
			c, err := d.House.Connect(ctx, by, in.Body.Network, in.Body.Settings, "", in.Body.ReadingBudget)
			return d.channelOf(c), err
		})
	read(d, route{id: "GET /channels/{id}", name: "getChannel", verb: access.Read, summary: "One connected account, and what it can do"},
		func(ctx context.Context, tx *store.Tx, by access.Actor, in *byID) (ChannelDetail, error) {
			if err := by.May(access.Read, in.ID); err != nil {
				return ChannelDetail{}, err
			}
			c, err := channel.Get(ctx, tx, by.Workspace, in.ID)
			if err != nil {
				return ChannelDetail{}, err
			}
			return d.detailOf(c)
		})
	way(d, route{id: "DELETE /channels/{id}", name: "removeChannel", verb: access.Connect, audit: "channel.remove", summary: "Disconnect; its keys are forgotten, its history stays"},
		func(ctx context.Context, by access.Actor, in *byID) (nothing, error) {
			return nothing{}, d.House.Disconnect(ctx, by, in.ID)
		})
	way(d, route{id: "GET /channels/{id}/choices/{option}", name: "listChoices", verb: access.Compose, summary: "What may be chosen for an option that is the account's own",
		notes: "The network is asked: its boards, its playlists, the audiences it allows today; or what it finds by words, such as places."},
		func(ctx context.Context, by access.Actor, in *choicesQuery) (Page[Choice], error) {
			all, err := d.House.Choices(ctx, by, in.ID, network.Choosing{Option: in.Option, Of: in.Of, Words: in.Q})
			return Page[Choice]{Items: each(all, func(c network.Choice) Choice { return Choice(c) })}, err
		})
	way(d, route{id: "POST /channels/{id}/check", name: "checkChannel", verb: access.Read, summary: "Ask the network how the connection is"},
		func(ctx context.Context, by access.Actor, in *byID) (Channel, error) {
			c, err := d.House.CheckNow(ctx, by, in.ID)
			return d.channelOf(c), err
		})
	way(d, route{id: "POST /channels/{id}/reconnect", name: "reconnectChannel", verb: access.Connect, audit: "channel.reconnect", summary: "Give new keys"}, d.reconnect)
}

func (d *Door) reconnect(ctx context.Context, by access.Actor, in *with[Reconnect]) (Channel, error) {
	if err := by.May(access.Connect, in.ID); err != nil {
		return Channel{}, err
	}
	var c channel.Channel
	if err := store.View(ctx, d.House.DB, func(ctx context.Context, tx *store.Tx) (err error) {
		c, err = channel.Get(ctx, tx, by.Workspace, in.ID)
		return err
	}); err != nil {
		return Channel{}, err
	}
	c, err := d.House.Connect(ctx, by, c.Network, in.Body.Settings, c.ID, "")
	return d.channelOf(c), err
}

func (d *Door) detailOf(c channel.Channel) (ChannelDetail, error) {
	n, err := d.House.Networks.Get(c.Network)
	if err != nil {
		return ChannelDetail{}, err
	}
	return ChannelDetail{d.channelOf(c), each(network.AbilitiesOf(n, c.Granted), func(a network.Ability) Ability {
		return Ability{Action: string(a.Action), Can: a.State == network.Offered, Why: a.Why, Instead: a.Instead, Only: a.Only}
	})}, nil
}

func (d *Door) channelOf(c channel.Channel) Channel {
	said := Channel{
		ID: c.ID, Network: c.Network, Handle: c.Handle, Name: c.Name, AvatarURL: avatarOf(c.ID, c.AvatarURL), URL: c.URL,
		Health: Health{c.Health, c.HealthText, c.HealthFix, when(c.CheckedAt), when(c.SilentSince)},
		Limits: limitsOf(c.Limits), CompleteUntil: when(c.CompleteUntil),
	}
	n, err := d.House.Networks.Get(c.Network)
	if err != nil {
		return said // of a network that this version does not know
	}
	p := n.Profile()
	sort, _ := p.SortOf(c.Granted)
	said.Sort = sort.Label
	denied := p.Denies(c.Granted)
	for _, a := range network.Actions() {
		if why, no := denied[a]; no && network.Can(n, a) {
			said.Cannot = append(said.Cannot, Denied{string(a), why.Why, why.Instead})
		}
	}
	return said
}

func (d *Door) networkOf(n network.Driver) Network {
	p := n.Profile()
	said := Network{Name: n.Name(), Label: p.Label, Limits: limitsOf(p.Limits), Options: each(p.Options, optionOf), AsOf: p.AsOf, Edits: Edits(p.Edits), Consent: d.House.Consent(n),
		Fields: each(p.Fields, func(f network.Field) Setting { return Setting(f) })}
	if p.Assisted != nil {
		said.Assisted = some(assistedOf(n, *p.Assisted))
	}
	_, said.Templates = n.(network.Templater)
	said.Paid = len(p.Priced(network.Act{For: network.ForReply}))+len(p.Priced(network.Act{For: network.ForMessage})) > 0
	said.ClosingDeletes, said.ClosingOnly = p.Closing.Deletes, p.Closing.Only
	for _, what := range []string{network.PinPost, network.PinComment} {
		if _, ok := p.Pinnable(what); ok && network.Can(n, network.ActPin) {
			said.Pins = append(said.Pins, what)
		}
	}
	for _, a := range network.Actions() {
		can := network.Can(n, a)
		why := p.Why(a)
		one := Ability{Action: string(a), Can: can, Why: why.Why, Instead: why.Instead}
		if can {
			one.Only = p.OnlyFor(a)
		}
		said.Actions = append(said.Actions, one)
	}
	return said
}
