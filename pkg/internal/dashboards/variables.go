package main

// chooseSource lets the viewer choose among the data sources of this plugin. It
// begins with the one that provisioning/grafana/datasources makes.
func chooseSource(name, label, text, uid string) variable {
	return variable{Name: name, Label: label, Type: "datasource", Query: pluginID, Refresh: 1, Current: map[string]any{"text": text, "value": uid}, Options: []any{}}
}

// list is a variable whose values are a list of the data source.
func list(name, label, listed string, more query) variable {
	q := query{"refId": "AndonVariable", "source": "list", "list": listed}
	for k, v := range more {
		q[k] = v
	}
	return variable{Name: name, Label: label, Type: "query", Datasource: from(), Query: q, Refresh: 1, Current: map[string]any{}, Options: []any{}}
}

// all lets a variable of a dimension take several values, and begins with any:
// what has ended and is listed still is not asked for by its name.
func all(v variable) variable {
	v.Multi, v.IncludeAll, v.AllValue = true, true, "*"
	v.Current = map[string]any{"text": []string{"All"}, "value": []string{"$__all"}}
	return v
}

// places are the variables by which every AWS dashboard begins.
func places(l language, more ...variable) templating {
	return templating{append([]variable{
		chooseSource("datasource", l.say("Data source", "データソース"), "AWS", "andon-aws"),
		list("account", l.say("Account", "アカウント"), "accounts", nil),
		list("region", l.say("Region", "リージョン"), "regions", query{"account": "$account"}),
	}, more...)}
}

// typed is a variable that the viewer types.
func typed(name, label string) variable {
	return variable{Name: name, Label: label, Type: "textbox", Query: "", Current: map[string]any{"text": "", "value": ""}, Options: []any{}}
}

// here asks a list where the variables account and region say.
func here(more query) query {
	more["account"], more["region"] = "$account", "$region"
	return more
}
