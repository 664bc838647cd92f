package app

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"iter"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"strings"
	"time"

	"github.com/kithhq/kith/internal/channel"
	"github.com/kithhq/kith/internal/config"
	"github.com/kithhq/kith/internal/fault"
	"github.com/kithhq/kith/internal/network/all"
	"github.com/kithhq/kith/internal/outward"
	"github.com/kithhq/kith/internal/secret"
	"github.com/kithhq/kith/internal/store"
	"github.com/kithhq/kith/internal/team"
)

// Finding is one line of the doctor.
type Finding struct {
	Bad  bool
	What string
	Do   string
}

// String gives the line as it is printed.
func (f Finding) String() string {
	mark := "ok  "
	if f.Bad {
		mark = "BAD "
	}
	if f.Do != "" {
		return mark + f.What + "\n      → " + f.Do
	}
	return mark + f.What
}

func well(format string, args ...any) Finding { return Finding{What: fmt.Sprintf(format, args...)} }

func ill(err error) Finding {
	text, hint := fault.Shown(err)
	if fault.Is(err, fault.Internal) {
		text = err.Error()
	}
	return Finding{Bad: true, What: text, Do: hint}
}

// Doctor looks at everything that commonly goes wrong, while Kith runs or not,
// and says what to do about it.
func Doctor(ctx context.Context, c config.Config) iter.Seq[Finding] {
	return func(yield func(Finding) bool) {
		for _, look := range []func(context.Context, config.Config) []Finding{lookAtConfig, lookAtFolder, lookAtDatabase, lookAtHouse, lookAtAddress, lookAtMail} {
			for _, f := range look(ctx, c) {
				if !yield(f) {
					return
				}
			}
		}
	}
}

func lookAtConfig(_ context.Context, c config.Config) []Finding {
	if err := c.Check(); err != nil {
		return []Finding{ill(err)}
	}
	out, err := outward.New(outward.Options{Allow: c.Allow})
	if err != nil {
		return []Finding{ill(err)}
	}
	defer out.Close()
	if _, err := all.Set(out, c, nil); err != nil { // the mechanics are read
		return []Finding{ill(err)}
	}
	return []Finding{well("the configuration fits together")}
}

func lookAtFolder(_ context.Context, c config.Config) []Finding {
	if err := writable(c, ".doctor"); err != nil {
		f := ill(err)
		f.What += " (" + c.Data + ")"
		return []Finding{f}
	}
	found := []Finding{well("the data folder %s can be written to", c.Data)}
	d, err := room(c.Data)
	switch free := fmt.Sprintf("%.1f GB", float64(d.free)/1e9); {
	case err != nil || d.total == 0: // this machine does not say
	case d.full():
		found = append(found, ill(d.err()))
	case d.low():
		found = append(found, Finding{Bad: true, What: "the disk of the data folder has only " + free + " left", Do: "Make room: when it is full, nothing that comes in, goes out or is uploaded can be kept."})
	default:
		found = append(found, well("its disk has %s left", free))
	}
	return found
}

func lookAtDatabase(ctx context.Context, c config.Config) []Finding {
	db, err := store.Open(ctx, c.Database(), store.OnlyLook())
	if err != nil {
		return []Finding{ill(err)}
	}
	defer db.Close()
	found := []Finding{well("the database answers (%s)", db.Engine())}
	master, err := secret.FindMaster(c.Data, c.Key)
	if err != nil {
		return append(found, ill(err))
	}
	keys, err := secret.Look(ctx, db, master)
	if err != nil {
		return append(found, ill(err))
	}
	n, unreadable, err := aside(ctx, db)
	switch {
	case err != nil:
		found = append(found, ill(err))
	case n > unreadable:
		found = append(found, Finding{Bad: true, What: fmt.Sprintf("news that came in and could not be taken over: %d", n-unreadable),
			Do: "In Kith, Settings → Set aside says what it is and tries it again. Nothing of it is lost."})
	}
	if unreadable > 0 {
		found = append(found, Finding{Bad: true, What: fmt.Sprintf("news that came in and cannot even be read: %d", unreadable),
			Do: "The disk may be damaged: look at it, and read the log (“a fact was set aside”)."})
	}
	err = store.View(ctx, db, func(ctx context.Context, tx *store.Tx) error {
		workspaces, err := team.Workspaces(ctx, tx)
		if err != nil {
			return err
		}
		if len(workspaces) == 0 {
			found = append(found, Finding{Bad: true, What: "nobody can sign in yet", Do: "Make an owner: kith owner create you@example.org"})
		}
		channels, err := channel.Everywhere(ctx, tx)
		for _, ch := range channels {
			name := string(ch.Network) + " " + ch.Handle
			switch _, err := ch.Conn(keys); {
			case err != nil:
				found = append(found, Finding{Bad: true, What: "the keys of " + name + " do not open", Do: "Is this the secret.key that was there when it was connected? Else connect it again."})
			case ch.Health == "broken":
				found = append(found, Finding{Bad: true, What: name + ": " + ch.HealthText, Do: ch.HealthFix})
			default:
				found = append(found, well("%s is connected", name))
			}
		}
		return err
	})
	if err != nil {
		found = append(found, ill(err))
	}
	return found
}

// reached asks an address who answers there, and whether it is the house of a data folder.
func reached(ctx context.Context, out *outward.Client, base, data string) (answer *outward.Response, mine bool, err error) {
	word := secret.Token()
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, base+"/healthz?"+url.Values{challenge: {word}}.Encode(), http.NoBody)
	if err != nil {
		return nil, false, err
	}
	answer, err = out.Do(outward.Direct(ctx), r) // networks that knock follow no redirect either
	return answer, err == nil && hasSaid(data, word, answer.Header.Get(reply)), err
}

// lookAtHouse asks the house on this machine how it is, where it runs.
func lookAtHouse(ctx context.Context, c config.Config) []Finding {
	host, port, err := net.SplitHostPort(c.Listen)
	if err != nil || c.ACME != "" { // then it answers for its public name alone
		return nil
	}
	if ip, err := netip.ParseAddr(host); host == "" || err == nil && ip.IsUnspecified() { // it listens everywhere
		host = "localhost"
	}
	base := "http://" + net.JoinHostPort(host, port)
	out, err := outward.New(outward.Options{Allow: []string{host}, Timeout: 10 * time.Second})
	if err != nil {
		return []Finding{ill(err)}
	}
	defer out.Close()
	if _, mine, err := reached(ctx, out, base, c.Data); err != nil || !mine {
		return []Finding{{What: "Kith does not run on " + c.Listen + " from this data folder", Do: "Start kith serve, or give --listen (KITH_LISTEN) and --data (KITH_DATA) as it has them."}}
	}
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, base+"/readyz", http.NoBody)
	if err != nil {
		return []Finding{ill(err)}
	}
	r.Header.Set("Accept", "application/json")
	var said Readiness
	answer, err := out.Do(ctx, r)
	if err == nil {
		err = json.Unmarshal(answer.Body, &said)
	}
	if err != nil {
		return []Finding{{Bad: true, What: "Kith runs, and does not say how it is", Do: "The log may say why; start it again."}}
	}
	found := []Finding{well("Kith runs and does its work")}
	if !said.Ready {
		found = nil
	}
	for _, p := range said.Parts {
		if !p.Ready {
			found = append(found, Finding{Bad: true, What: "Kith runs, and its " + p.Name + " cannot work: " + p.Text, Do: "The log says more."})
		}
	}
	return found
}

// lookAtAddress asks the public address whether it is this Kith: networks and
// people reach it only there.
func lookAtAddress(ctx context.Context, c config.Config) []Finding {
	if c.PublicURL == "" {
		return []Finding{{What: "no --public-url is set: webhooks and sign-in by networks need one", Do: "Polling works without. For the rest give --public-url https://… and a proxy or --acme."}}
	}
	u, err := url.Parse(c.PublicURL)
	if err != nil {
		return nil // lookAtConfig has said so
	}
	if _, err := net.DefaultResolver.LookupHost(ctx, u.Hostname()); err != nil {
		return []Finding{{Bad: true, What: "the name " + u.Hostname() + " is not known", Do: "Add it to your DNS."}}
	}
	out, err := outward.New(outward.Options{Allow: append(c.Allow, u.Hostname()), Timeout: 10 * time.Second})
	if err != nil {
		return []Finding{ill(err)}
	}
	defer out.Close()
	answer, mine, err := reached(ctx, out, c.Address(), c.Data)
	if err != nil {
		return []Finding{{Bad: true, What: "nothing answers at " + c.PublicURL, Do: "Is Kith running, does the proxy pass requests on, is the port open?"}}
	}
	switch version := answer.Header.Get("Kith-Version"); {
	case answer.Status != http.StatusOK || version == "":
		return []Finding{{Bad: true, What: fmt.Sprintf("at %s something else than Kith answers (%d)", c.PublicURL, answer.Status), Do: "Look where the proxy sends this address."}}
	case !mine:
		return []Finding{{Bad: true, What: fmt.Sprintf("at %s another Kith answers (version %s), and not the one of %s", c.PublicURL, version, c.Data),
			Do: "Look where the proxy sends this address: it should go to --listen of this Kith. Is it running, and is --data (KITH_DATA) its folder?"}}
	}
	found := []Finding{well("%s reaches this Kith", c.PublicURL)}
	if u.Scheme != "https" {
		found = append(found, Finding{Bad: true, What: "the public address is not HTTPS", Do: "Networks send webhooks only to HTTPS: use a proxy or --acme."})
	}
	return found
}

func lookAtMail(ctx context.Context, c config.Config) []Finding {
	if c.SMTP.Host == "" {
		return []Finding{{What: "no mail server is set: invitations show their link, passwords cannot be reset by mail", Do: "Give --smtp-host and --smtp-from."}}
	}
	d := net.Dialer{Timeout: 5 * time.Second}
	conn, err := d.DialContext(ctx, "tcp", net.JoinHostPort(c.SMTP.Host, fmt.Sprint(c.SMTP.Port)))
	if err != nil {
		return []Finding{{Bad: true, What: "the mail server does not answer", Do: "Check --smtp-host and --smtp-port, and whether a firewall is in between."}}
	}
	defer conn.Close() //nolint:errcheck // only asked whether it answers
	_ = conn.SetReadDeadline(time.Now().Add(5 * time.Second))
	line, _ := io.ReadAll(io.LimitReader(conn, 3))
	if !strings.HasPrefix(string(line), "220") {
		return []Finding{{Bad: true, What: "what answers at the mail server's address does not speak SMTP", Do: "Check --smtp-port: 587 is usual."}}
	}
	return []Finding{well("the mail server answers")}
}
