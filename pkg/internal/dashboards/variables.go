package main

// chooseSource lets the viewer choose among the data sources of this plugin.
func chooseSource(l language) variable {
	return variable{Name: "datasource", Label: l.say("Data source", "データソース"), Type: "datasource", Query: pluginID, Refresh: 1, Current: map[string]any{}, Options: []any{}}
}

// list is a variable whose values are a list of the data source.
func list(name, label, listed string, more query) variable {
	q := query{"refId": "AndonVariable", "source": "list", "list": listed}
	for k, v := range more {
		q[k] = v
	}
	return variable{Name: name, Label: label, Type: "query", Datasource: from(), Query: q, Refresh: 1, Current: map[string]any{}, Options: []any{}}
}

// all lets a variable take several values, and begins with all of them.
func all(v variable) variable {
	v.Multi, v.IncludeAll = true, true
	v.Current = map[string]any{"text": []string{"All"}, "value": []string{"$__all"}}
	return v
}

// places are the variables by which every AWS dashboard begins.
func places(l language, more ...variable) templating {
	return templating{append([]variable{
		chooseSource(l),
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
