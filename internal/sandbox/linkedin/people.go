package linkedin

import (
	"net/http"
	"slices"
	"strconv"
	"strings"
)

// localized is a text in one language, as LinkedIn writes those.
func localized(text string) map[string]any {
	return map[string]any{"localized": map[string]string{"en_US": text}, "preferredLocale": map[string]string{"country": "US", "language": "en"}}
}

// me is /v2/userinfo with the permissions of OpenID, and /v2/me or /rest/me with that of the basic profile.
func (a *ask) me() (any, *fault) {
	if a.r.Method != http.MethodGet {
		return nil, no(http.StatusMethodNotAllowed, "", "Method not allowed")
	}
	m := a.token.member
	first, last := m.names()
	if a.r.URL.Path == "/v2/userinfo" {
		if !a.token.has("openid") || !a.token.has("profile") {
			return nil, denied("Not enough permissions to access: userinfo.GET.NO_VERSION")
		}
		return map[string]any{"sub": m.id, "name": m.name, "given_name": first, "family_name": last,
			"picture": "https://media.licdn.com/dms/image/" + m.id, "locale": map[string]string{"country": "FR", "language": "fr"}}, nil
	}
	if !a.token.has("r_basicprofile") {
		return nil, denied("Not enough permissions to access: me.GET." + a.r.Header.Get("Linkedin-Version"))
	}
	return profile(m), nil
}

func profile(m *member) map[string]any {
	first, last := m.names()
	return map[string]any{"id": m.id, "localizedFirstName": first, "localizedLastName": last, "firstName": localized(first), "lastName": localized(last),
		"vanityName": m.vanity(), "localizedHeadline": "Reader", "profilePicture": map[string]string{"displayImage": "urn:li:digitalmediaAsset:C4D" + m.id}}
}

// people is /rest/people/(id:…) and, several at once, /rest/people?ids=List((id:…),(id:…)).
func (a *ask) people() (any, *fault) {
	if a.r.Method != http.MethodGet || !a.token.has("r_basicprofile") {
		return nil, denied("Not enough permissions to access: people.GET")
	}
	if len(a.path) == 2 {
		m, ok := a.n.members[record(a.path[1])["id"]]
		if !ok {
			return nil, nothing()
		}
		return profile(m), nil
	}
	keys, ok := list(a.query.Get("ids"))
	if !ok || len(keys) == 0 {
		return nil, badRequest("ids are missing")
	}
	results, errs := map[string]any{}, map[string]any{}
	for _, key := range keys {
		if m, ok := a.n.members[record(key)["id"]]; ok {
			results[key] = profile(m)
		} else {
			errs[key] = map[string]any{"status": 404, "message": "Could not find entity"}
		}
	}
	return map[string]any{"results": results, "errors": errs, "statuses": map[string]any{}}, nil
}

func organization(p *page) map[string]any {
	number, err := strconv.Atoi(p.number)
	if err != nil {
		panic(err) // we made it
	}
	return map[string]any{"id": number, "localizedName": p.name, "name": localized(p.name), "vanityName": p.vanity(), "primaryOrganizationType": "NONE",
		"logoV2": map[string]string{"original": "urn:li:digitalmediaAsset:C4E" + p.number}, "locations": []any{}}
}

// organizations is /rest/organizations/{id}, and several at once with ids=List(…). It is for those who administer them.
func (a *ask) organizations() (any, *fault) {
	if a.r.Method != http.MethodGet {
		return nil, no(http.StatusMethodNotAllowed, "", "Method not allowed")
	}
	may := func(number string) (*page, *fault) {
		p, ok := a.n.pages[number]
		if !ok {
			return nil, no(http.StatusNotFound, "NOT_FOUND", "Organization %s is inactive", number)
		}
		if !a.token.has("rw_organization_admin") || p.roles[a.token.member.id] == "" {
			return nil, denied("Viewer don't have permission to the ADMIN_ONLY VisibilityReduction for " + p.urn())
		}
		return p, nil
	}
	if len(a.path) == 2 {
		p, f := may(a.path[1])
		if f != nil {
			return nil, f
		}
		return organization(p), nil
	}
	numbers, ok := list(a.query.Get("ids"))
	if !ok || len(numbers) == 0 {
		return nil, badRequest("ids are missing")
	}
	results, errs, statuses := map[string]any{}, map[string]any{}, map[string]any{}
	for _, number := range numbers {
		p, f := may(number)
		if f != nil {
			errs[number], statuses[number] = map[string]any{"status": f.status, "message": f.text}, f.status
			continue
		}
		results[number], statuses[number] = organization(p), http.StatusOK
	}
	return map[string]any{"results": results, "errors": errs, "statuses": statuses}, nil
}

// acls is /rest/organizationAcls?q=roleAssignee: for which Pages a member has a role.
func (a *ask) acls() (any, *fault) {
	if a.r.Method != http.MethodGet || a.query.Get("q") != "roleAssignee" {
		return nil, badRequest("No finder is called %q", a.query.Get("q"))
	}
	if !a.token.has("rw_organization_admin") {
		return nil, denied("Not enough permissions to access: organizationAcls.FINDER-roleAssignee")
	}
	var all []*page
	for _, urn := range a.n.order {
		if p, ok := a.n.pages[strings.TrimPrefix(urn, pagePrefix)]; ok && p.roles[a.token.member.id] != "" {
			all = append(all, p)
		}
	}
	if role := a.query.Get("role"); role != "" {
		all = slices.DeleteFunc(all, func(p *page) bool { return p.roles[a.token.member.id] != role })
	}
	return paged(a, all, func(p *page) any {
		return map[string]any{"role": p.roles[a.token.member.id], "organization": p.urn(), "organizationTarget": p.urn(), "roleAssignee": a.token.member.urn(), "state": "APPROVED"}
	}, 10, 100)
}
