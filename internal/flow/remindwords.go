package flow

// handWords are a reminder in a person's language; letter takes a name and an
// address.
func handWords(locale, label, handle string, reminder int) (title, letter string) {
	if locale == "fr" {
		title = []string{"À publier maintenant : ", "Toujours à publier : ", "Personne ne l’a encore publiée : ", "Non confirmée : "}[reminder] + label
		if reminder == never {
			return title, "Bonjour %s,\n\nPersonne n’a confirmé la publication à la main pour " + label + " (" + handle + "). Kith ne la compte pas comme parue :\n%s\n\n" +
				"Si elle est parue, confirmez-le sur cette page ; sinon, reprenez-la ou laissez-la de côté.\n"
		}
		return title, "Bonjour %s,\n\nUne publication pour " + label + " (" + handle + ") attend d’être publiée à la main. Tout est prêt ici :\n%s\n\n" +
			"Une fois publiée, confirmez-le sur la même page.\n"
	}
	title = []string{"To publish now: ", "Still to publish: ", "Nobody has published it yet: ", "Not confirmed: "}[reminder] + label
	if reminder == never {
		return title, "Hello %s,\n\nNobody has confirmed that the post for " + label + " (" + handle + ") was published by hand. Kith does not count it as published:\n%s\n\n" +
			"If it is out, confirm it on that page; if not, take it up again or leave it.\n"
	}
	return title, "Hello %s,\n\nA post for " + label + " (" + handle + ") waits to be published by hand. Everything is prepared here:\n%s\n\n" +
		"Once it is out, confirm it on the same page.\n"
}
