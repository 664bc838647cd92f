// Put into every page before its own scripts: finds things as a person does, by what they are and what they are called.
window.seen = { broken: [] };
addEventListener('securitypolicyviolation', (e) => seen.broken.push(`${e.violatedDirective} ${e.blockedURI} ${e.sourceFile}:${e.lineNumber}`));
Object.assign(seen, {
	kinds: {
		button: 'button, [role=button], a.button',
		link: 'a[href]',
		tab: '[role=tab]',
		item: '[role=menuitem], [role=option]',
		field: 'input:not([type=checkbox],[type=radio],[type=file]), textarea, select, [role=combobox], [role=textbox]',
		check: 'input[type=checkbox], input[type=radio], [role=switch], [role=checkbox], [role=radio]',
		row: 'a.row'
	},
	tidy: (s) => (s ?? '').replace(/\s+/g, ' ').trim(),
	shown(el) {
		const r = el.getBoundingClientRect();
		return r.width > 0 && r.height > 0 && el.checkVisibility({ visibilityProperty: true, opacityProperty: false });
	},
	names(el) {
		const names = [el.getAttribute('aria-label')];
		for (const id of (el.getAttribute('aria-labelledby') ?? '').split(/\s+/)) if (id) names.push(document.getElementById(id)?.innerText);
		for (const label of el.labels ?? []) names.push(label.innerText, label.textContent);
		if (!el.matches('input, textarea, select')) names.push(el.innerText, el.textContent);
		return names.map(seen.tidy).filter(Boolean);
	},
	// In front: only what is in the dialog counts while one is open.
	front() {
		const open = [...document.querySelectorAll('[role=dialog],[role=alertdialog],[role=menu],[role=listbox]')].filter(seen.shown);
		return open.at(-1) ?? document;
	},
	all(kind, name) {
		name = seen.tidy(name);
		const fits = (n) => n === name || (name.endsWith('…') && n.startsWith(name.slice(0, -1))) || (name.startsWith('…') && n.includes(name.slice(1)));
		const within = (root) => [...root.querySelectorAll(seen.kinds[kind])].filter((el) => seen.names(el).some(fits) && (seen.shown(el) || [...(el.labels ?? [])].some(seen.shown)));
		const front = within(seen.front());
		return front.length > 0 ? front : within(document.querySelector('.toasts') ?? document.createElement('i'));
	},
	// Where to point at, or why not.
	at(kind, name) {
		const found = seen.all(kind, name);
		if (found.length === 0) return { why: 'not there' };
		let el = found[0];
		if (el.disabled || el.getAttribute('aria-disabled') === 'true') return { why: 'disabled' };
		if (!seen.shown(el) || el.classList.contains('unseen')) el = [...(el.labels ?? [])].find(seen.shown) ?? el;
		el.scrollIntoView({ block: 'nearest', inline: 'nearest', behavior: 'instant' });
		const r = el.getBoundingClientRect();
		const x = r.x + r.width / 2, y = r.y + r.height / 2;
		const top = document.elementFromPoint(x, y);
		if (!top || !(el.contains(top) || top.contains(el))) return { why: `covered by ${top?.outerHTML.slice(0, 120)}` };
		return { x, y, why: '' };
	},
	text: () => seen.tidy(document.body?.innerText),
	loading: () => !document.querySelector('h1, h2, [role=alert]') || [...document.querySelectorAll('.skeleton')].some(seen.shown),
	// Everything that is read or heard, one text after the other.
	said() {
		const all = new Set();
		const walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT | NodeFilter.SHOW_ELEMENT);
		for (let node = walk.nextNode(); node; node = walk.nextNode()) {
			if (node.nodeType === Node.TEXT_NODE) {
				if (!node.parentElement.closest('script, style, [lang], code') || node.parentElement.closest('[lang]') === document.documentElement) all.add(seen.tidy(node.data));
			} else for (const a of ['aria-label', 'title', 'placeholder', 'alt']) all.add(seen.tidy(node.getAttribute(a)));
		}
		all.add(seen.tidy(document.title));
		all.delete('');
		return [...all];
	}
});
