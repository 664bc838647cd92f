package bluesky

import (
	"context"
	"encoding/json"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"

	"github.com/kithhq/kith/internal/fault"
	"github.com/kithhq/kith/internal/outward"
)

// document is what the directory says of an account.
type document struct {
	ID      string   `json:"id"`
	Known   []string `json:"alsoKnownAs"`
	Service []struct {
		ID       string `json:"id"`
		Type     string `json:"type"`
		Endpoint string `json:"serviceEndpoint"`
	} `json:"service"`
}

// server is where the account's records live, "" when it does not say.
func (d document) server() string {
	for _, s := range d.Service {
		if base, err := origin(s.Endpoint); s.Type == pdsType && err == nil {
			return base
		}
	}
	return ""
}

// names says whether the account itself goes by a handle.
func (d document) names(handle string) bool {
	return slices.ContainsFunc(d.Known, func(k string) bool { return strings.EqualFold(k, "at://"+handle) })
}

// handle is the first one that the account goes by.
func (d document) handle() string {
	for _, k := range d.Known {
		if h, ok := strings.CutPrefix(k, "at://"); ok && handleSign.MatchString(h) {
			return strings.ToLower(h)
		}
	}
	return ""
}

//nolint:gochecknoglobals // compiled once
var (
	didSign    = regexp.MustCompile(`^did:(plc:[a-z2-7]{24}|web:[A-Za-z0-9.-]{1,253})$`)
	handleSign = regexp.MustCompile(`^([A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?\.)+[A-Za-z]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?$`)
)

// resolve gives the account behind a handle, as a server says.
func (d *Driver) resolve(ctx context.Context, server, handle string) (string, error) {
	var found struct {
		DID string `json:"did"`
	}
	_, err := d.send(ctx, server, "", ask{method: "com.atproto.identity.resolveHandle", query: url.Values{"handle": {handle}}}, &found)
	if fault.Is(err, fault.Invalid) || fault.Is(err, fault.NotFound) {
		err = fault.Wrap(fault.Invalid, err, "Nobody on Bluesky has this handle.").WithHint("Look at the spelling: name.bsky.social, or your own domain.").On("handle")
	}
	return found.DID, err
}

// documentOf asks the directory of an account's kind; the zero document where it
// knows nothing.
func (d *Driver) documentOf(ctx context.Context, did string) (document, error) {
	var address string
	if web, is := strings.CutPrefix(did, "did:web:"); is && !strings.ContainsAny(web, "/:%") {
		address = "https://" + web + "/.well-known/did.json"
	} else if strings.HasPrefix(did, "did:plc:") {
		address = d.options.Directory + "/" + did
	} else {
		return document{}, nil
	}
	var doc document
	found, err := d.fetch(ctx, address, &doc)
	if err != nil || !found {
		return document{}, err
	}
	return doc, nil
}

// fetch reads a public JSON document; found is false where there is none, or what is
// there cannot be read.
func (d *Driver) fetch(ctx context.Context, address string, out any) (found bool, err error) {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, address, nil)
	if err != nil {
		return false, fault.New(fault.Invalid, "The account’s document has no valid address.").On("handle")
	}
	request.Header.Set("Accept", "application/json")
	response, err := d.out.Do(ctx, request)
	if err != nil {
		return false, err
	}
	if response.Status >= 500 || response.Status == http.StatusTooManyRequests {
		return false, fault.New(fault.Unavailable, "%s does not work at the moment.", request.URL.Host).In(response.RetryAfter())
	}
	return response.Status == http.StatusOK && json.Unmarshal(response.Body, out) == nil, nil
}

// identity is an account whose document was read and is about itself.
func (d *Driver) identity(ctx context.Context, did string) (document, error) {
	if !didSign.MatchString(did) {
		return document{}, fault.New(fault.Invalid, "This is not an account of Bluesky.").On("handle")
	}
	doc, err := d.documentOf(ctx, did)
	if err != nil {
		return doc, err
	}
	if doc.ID != did || doc.server() == "" {
		return doc, fault.New(fault.Invalid, "The account’s document does not say where the account lives.").WithHint("Look at the account on Bluesky itself.").On("handle")
	}
	return doc, nil
}

// issuer is a server that lets us in, as its metadata say.
type issuer struct {
	Issuer    string   `json:"issuer"`
	Page      string   `json:"authorization_endpoint"`
	Token     string   `json:"token_endpoint"`
	Push      string   `json:"pushed_authorization_request_endpoint"`
	Revoke    string   `json:"revocation_endpoint"`
	Responses []string `json:"response_types_supported"`
	Grants    []string `json:"grant_types_supported"`
	Challenge []string `json:"code_challenge_methods_supported"`
	Methods   []string `json:"token_endpoint_auth_methods_supported"`
	Scopes    []string `json:"scopes_supported"`
	Proofs    []string `json:"dpop_signing_alg_values_supported"`
	Says      bool     `json:"authorization_response_iss_parameter_supported"`
	Pushes    bool     `json:"require_pushed_authorization_requests"`
	Documents bool     `json:"client_id_metadata_document_supported"`
}

// fits says whether a server, asked at its own address, keeps to the AT Protocol's
// profile of OAuth. All its addresses must be encrypted, but for one's own machine.
func (i issuer) fits(at string) bool {
	secure := func(address string) bool {
		u, err := url.Parse(address)
		return err == nil && u.Host != "" && u.User == nil && u.Fragment == "" && (u.Scheme == "https" || u.Scheme == "http" && ownMachine(u.Hostname()))
	}
	has := func(all []string, wanted ...string) bool {
		return !slices.ContainsFunc(wanted, func(w string) bool { return !slices.Contains(all, w) })
	}
	base, err := origin(i.Issuer)
	return err == nil && base == i.Issuer && i.Issuer == at && secure(i.Issuer) && secure(i.Page) && secure(i.Token) && secure(i.Push) &&
		(i.Revoke == "" || secure(i.Revoke)) && has(i.Responses, "code") && has(i.Grants, "authorization_code", "refresh_token") &&
		has(i.Challenge, "S256") && has(i.Methods, "none", "private_key_jwt") && has(i.Scopes, scopeIdentity, scopeGeneric) && has(i.Proofs, "ES256") &&
		i.Says && i.Pushes && i.Documents
}

// ownMachine says whether a name stands for the machine itself; whether it may be
// asked at all, outward decides.
func ownMachine(name string) bool { return name == "localhost" || name == "127.0.0.1" || name == "::1" }

// issuerOf finds who lets us in to what lives on a server.
func (d *Driver) issuerOf(ctx context.Context, server string) (issuer, error) {
	var resource struct {
		Resource string   `json:"resource"`
		Issuers  []string `json:"authorization_servers"`
	}
	found, err := d.fetch(outward.Direct(ctx), server+"/.well-known/oauth-protected-resource", &resource)
	if err != nil {
		return issuer{}, err
	}
	if !found || resource.Resource != server || len(resource.Issuers) != 1 {
		return issuer{}, noPage()
	}
	return d.issuerAt(ctx, resource.Issuers[0])
}

// issuerAt asks a server that lets people in what it takes.
func (d *Driver) issuerAt(ctx context.Context, at string) (issuer, error) {
	var i issuer
	if base, err := origin(at); err != nil || base != at {
		return i, noPage()
	}
	found, err := d.fetch(outward.Direct(ctx), at+"/.well-known/oauth-authorization-server", &i)
	if err != nil {
		return i, err
	}
	if !found || !i.fits(at) {
		return i, noPage()
	}
	return i, nil
}

func noPage() error {
	return fault.New(fault.Invalid, "This server has no page at which one lets applications in.").WithHint("Connect with an app password.")
}
