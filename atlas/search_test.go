package atlas

import (
	"encoding/json"
	"fmt"
	"net/url"
	"slices"
	"strings"
	"testing"

	"github.com/pedigree-ml/pedigree/discovery"
)

// salesTypes are those of a small catalog: three databases, tables in them with columns, a process
// between tables, classifications and terms.
const salesTypes = `{
"enumDefs": [{"name": "TableKind", "elementDefs": [{"value": "MANAGED", "ordinal": 1}, {"value": "EXTERNAL", "ordinal": 2}]}],
"classificationDefs": [
 {"name": "Dimension", "superTypes": [], "attributeDefs": [{"name": "level", "typeName": "int", "isOptional": true, "cardinality": "SINGLE"}, {"name": "note", "typeName": "string", "isOptional": true, "cardinality": "SINGLE"}]},
 {"name": "TimeDimension", "superTypes": ["Dimension"], "attributeDefs": []},
 {"name": "Log Data", "superTypes": [], "attributeDefs": []}],
"entityDefs": [
 {"name": "sales_db", "superTypes": ["Asset"], "attributeDefs": []},
 {"name": "sales_table", "superTypes": ["DataSet"], "attributeDefs": [
  {"name": "rows", "typeName": "int", "isOptional": true, "cardinality": "SINGLE"},
  {"name": "size", "typeName": "double", "isOptional": true, "cardinality": "SINGLE"},
  {"name": "hot", "typeName": "boolean", "isOptional": true, "cardinality": "SINGLE"},
  {"name": "madeAt", "typeName": "date", "isOptional": true, "cardinality": "SINGLE"},
  {"name": "kind", "typeName": "TableKind", "isOptional": true, "cardinality": "SINGLE"},
  {"name": "tags", "typeName": "array<string>", "isOptional": true, "cardinality": "SET"}]},
 {"name": "sales_view", "superTypes": ["sales_table"], "attributeDefs": []},
 {"name": "sales_column", "superTypes": ["DataSet"], "attributeDefs": [{"name": "dataType", "typeName": "string", "isOptional": true, "cardinality": "SINGLE"}]}],
"relationshipDefs": [
 {"name": "sales_db_tables", "relationshipCategory": "AGGREGATION", "propagateTags": "NONE", "attributeDefs": [{"name": "since", "typeName": "int", "isOptional": true, "cardinality": "SINGLE"}],
  "endDef1": {"type": "sales_db", "name": "tables", "isContainer": true, "cardinality": "SET"}, "endDef2": {"type": "sales_table", "name": "db", "cardinality": "SINGLE"}},
 {"name": "sales_table_columns", "relationshipCategory": "COMPOSITION", "propagateTags": "NONE",
  "endDef1": {"type": "sales_table", "name": "columns", "isContainer": true, "cardinality": "SET"}, "endDef2": {"type": "sales_column", "name": "table", "cardinality": "SINGLE"}}]}`

// sales makes the catalog and gives guids by name.
func sales(t testing.TB) (*fixture, map[string]string) {
	t.Helper()
	f := open(t)
	f.do("POST", "/v2/types/typedefs", salesTypes, nil)
	var entities []string
	add := func(typ, name, attributes string, refs string) {
		if attributes != "" {
			attributes = ", " + attributes
		}
		entities = append(entities, fmt.Sprintf(`{"typeName": %q, "guid": "-%d", "attributes": {"qualifiedName": %q, "name": %q%s}, "relationshipAttributes": {%s}}`,
			typ, len(entities)+1, name+"@cl1", name, attributes, refs))
	}
	db := func(name string) string {
		return fmt.Sprintf(`"db": {"typeName": "sales_db", "uniqueAttributes": {"qualifiedName": %q}}`, name+"@cl1")
	}
	table := func(name string) string {
		return fmt.Sprintf(`{"typeName": "sales_table", "uniqueAttributes": {"qualifiedName": %q}}`, name+"@cl1")
	}
	add("sales_db", "Sales", `"owner": "John ETL", "description": "/apps/warehouse/sales"`, "")
	add("sales_db", "Reporting", `"owner": "Jane BI", "description": "/apps/warehouse/reporting"`, "")
	add("sales_db", "Logging", `"owner": "Tim ETL", "description": "logging"`, "")
	add("sales_table", "sales_fact", `"owner": "Joe", "rows": 100, "size": 2.5, "hot": true, "madeAt": 1418265358440, "kind": "MANAGED", "tags": ["a", "b"]`, db("Sales"))
	add("sales_table", "time_dim", `"owner": "John", "rows": 10, "size": 0.5, "kind": "EXTERNAL", "tags": ["b"]`, db("Sales"))
	add("sales_table", "product_dim", `"owner": "John", "rows": 20`, db("Sales"))
	add("sales_table", "sales_fact_monthly", `"owner": "Jane", "rows": 50`, db("Reporting"))
	add("sales_view", "log_view", `"owner": "Tim"`, db("Logging"))
	add("sales_column", "time_id", `"dataType": "int"`, `"table": `+table("sales_fact"))
	add("sales_column", "app_id", `"dataType": "string"`, `"table": `+table("sales_fact"))
	add("sales_column", "day", `"dataType": "int"`, `"table": `+table("time_dim"))
	add("Process", "loadMonthly", `"inputs": [`+table("sales_fact")+`], "outputs": [`+table("sales_fact_monthly")+`]`, "")
	var done struct{ GuidAssignments map[string]string }
	f.do("POST", "/v2/entity/bulk", `{"entities": [`+strings.Join(entities, ",")+`]}`, &done)
	guids := map[string]string{}
	for i, name := range []string{"Sales", "Reporting", "Logging", "sales_fact", "time_dim", "product_dim", "sales_fact_monthly", "log_view", "time_id", "app_id", "day", "loadMonthly"} {
		guids[name] = done.GuidAssignments[fmt.Sprint("-", i+1)]
	}
	classify := func(name, class string) { f.do("POST", "/v2/entity/guid/"+guids[name]+"/classifications", class, nil) }
	classify("time_dim", `[{"typeName": "TimeDimension", "attributes": {"level": 1, "note": "t"}}]`)
	classify("product_dim", `[{"typeName": "Dimension", "attributes": {"level": 2}}]`)
	classify("sales_fact", `[{"typeName": "Log Data"}]`)
	return f, guids
}

// foundBy runs a query and shows what it finds: names of entities, or rows.
func (f *fixture) foundBy(query string) string {
	f.t.Helper()
	var a discovery.Result
	f.do("GET", "/v2/search/dsl?query="+url.QueryEscape(query), "", &a)
	return shown(&a, strings.Contains(strings.ToLower(query), "orderby"))
}

func shown(a *discovery.Result, ordered bool) string {
	var all []string
	for _, e := range a.Entities {
		all = append(all, e.DisplayText)
	}
	if a.Attributes != nil {
		for _, row := range a.Attributes.Values {
			var cells []string
			for _, c := range row {
				cells = append(cells, fmt.Sprint(c))
			}
			all = append(all, strings.Join(cells, ":"))
		}
	}
	if !ordered {
		slices.Sort(all)
	}
	return strings.Join(all, " ")
}

func TestQueriesFindWhatTheyAskFor(t *testing.T) {
	f, _ := sales(t)
	for query, want := range map[string]string{
		"sales_db":               "Logging Reporting Sales",
		"from sales_db":          "Logging Reporting Sales",
		"FROM sales_db LIMIT 2":  "Reporting Sales",
		"sales_db as d select d": "Logging Reporting Sales",
		"sales_db where sales_db.name=\"Reporting\"": "Reporting",
		"sales_db name=\"Reporting\"":                "Reporting",
		"sales_db has name":                          "Logging Reporting Sales",
		"sales_table has size":                       "sales_fact time_dim",
		"sales_table where sales_table has kind":     "sales_fact time_dim",
		"sales_table":                                "log_view product_dim sales_fact sales_fact_monthly time_dim",
		"sales_view":                                 "log_view",
		"Asset where name = 'sales_fact'":            "sales_fact",
		"sales_table isa Dimension":                  "product_dim time_dim",
		"sales_table is TimeDimension":               "time_dim",
		"Dimension":                                  "product_dim time_dim",
		"`Log Data`":                                 "loadMonthly sales_fact sales_fact_monthly",
		"sales_table `Log Data`":                     "sales_fact sales_fact_monthly",
		"sales_db _NOT_CLASSIFIED":                   "Logging Reporting Sales",
		"sales_table _CLASSIFIED":                    "product_dim sales_fact sales_fact_monthly time_dim",
		"Dimension where Dimension.level = 1":        "time_dim",
		"Dimension as d where d.level > 1":           "product_dim",
		"sales_table where Dimension.note = 't'":     "time_dim",
		"sales_table where name = 'time_dim' and sales_table isa Dimension":                     "time_dim",
		"sales_table db.name=\"Sales\"":                                                         "product_dim sales_fact time_dim",
		"sales_table where db.name like 'S*' and name like '*dim'":                              "product_dim time_dim",
		"sales_table where columns.name = 'app_id'":                                             "sales_fact",
		"sales_column where table.db.name = 'Sales' and table.name = 'time_dim'":                "day",
		"sales_db where tables.rows > 60":                                                       "Sales",
		"Process where inputs.name = 'sales_fact'":                                              "loadMonthly",
		"sales_table where outputFromProcesses.name = 'loadMonthly'":                            "sales_fact_monthly",
		"sales_table where name like \"sa?es*\"":                                                "sales_fact sales_fact_monthly",
		"sales_table where name = 'sales_fact' or name = 'time_dim' and rows > 50":              "sales_fact",
		"sales_table where name = 'sales_fact' or (name = 'time_dim' and rows > 50)":            "sales_fact",
		"sales_db where owner = ['John ETL', 'Jane BI']":                                        "Reporting Sales",
		"sales_db where owner != ['John ETL', 'Jane BI']":                                       "Logging",
		"sales_db where description != 'logging'":                                               "Reporting Sales",
		"sales_table where description != 'x' and rows >= 50":                                   "sales_fact sales_fact_monthly",
		"sales_table where hot = true":                                                          "sales_fact",
		"sales_table where hot = false":                                                         "log_view product_dim sales_fact_monthly time_dim",
		"sales_table where rows < 20":                                                           "log_view time_dim",
		"sales_table where rows = 0":                                                            "log_view",
		"sales_table where size = 2.5":                                                          "sales_fact",
		"sales_table where rows + 10 > 50 * 2":                                                  "sales_fact",
		"sales_table where rows / 10 = 2":                                                       "product_dim",
		"sales_table where rows - 50 >= rows - rows":                                            "sales_fact sales_fact_monthly",
		"sales_table where madeAt > '2014-01-01'":                                               "sales_fact",
		"sales_table where madeAt = '2014-12-11T02:35:58.440Z'":                                 "sales_fact",
		"sales_table where kind = 'managed'":                                                    "sales_fact",
		"sales_table where tags = 'a'":                                                          "sales_fact",
		"sales_table where tags = ['a', 'b']":                                                   "sales_fact time_dim",
		"sales_table where __state = 'ACTIVE' and __typeName = 'sales_view'":                    "log_view",
		"sales_table where __state = 'DELETED'":                                                 "",
		"sales_table where __timestamp > 0 and name = 'time_dim'":                               "time_dim",
		"sales_table where __isIncomplete = false and name = 'time_dim'":                        "time_dim",
		"sales_table where name = 'time_dim' select name, rows, hot":                            "time_dim:10:false",
		"sales_db select name, owner orderby name":                                              "Logging:Tim ETL Reporting:Jane BI Sales:John ETL",
		"sales_db orderby name desc limit 2":                                                    "Sales Reporting",
		"sales_table orderby rows desc":                                                         "sales_fact sales_fact_monthly product_dim time_dim log_view",
		"sales_table select name as n orderby n limit 2 offset 1":                               "product_dim sales_fact",
		"sales_table select db where name = 'x'":                                                "error",
		"sales_table select db":                                                                 "Logging Reporting Sales",
		"sales_table where rows > 60 select db.name":                                            "Sales",
		"sales_table select count()":                                                            "5",
		"sales_table where rows > 10 select count(), min(rows), max(rows), sum(rows)":           "3:20:100:170",
		"sales_db select min(name), max(name)":                                                  "Logging:Sales",
		"sales_table groupby(owner) select owner, count()":                                      "Jane:1 Joe:1 John:2 Tim:1",
		"sales_table groupby(owner) select count()":                                             "1 1 1 2",
		"sales_table groupby(owner) select owner, max(rows) orderby owner desc limit 2":         "Tim:0 John:20",
		"sales_table groupby(owner) select owner, name, count() orderby owner":                  "Jane:sales_fact_monthly:1 Joe:sales_fact:1 John:product_dim:2 John:time_dim:2 Tim:log_view:1",
		"Asset where __isIncomplete = false groupby (__typeName) select __typeName, count()":    "Process:1 pedigree_workspace:1 sales_column:3 sales_db:3 sales_table:4 sales_view:1",
		"sales_table where name = 'nothing'":                                                    "",
		"sales_table where nosuch.name = 'x'":                                                   "error",
		"sales_db hasTerm nothing":                                                              "",
		"sales_table where name = 'time_dim'" + strings.Repeat(" or name = 'x'", 1000):          "time_dim",
		"sales_table where name = 'time_dim'" + strings.Repeat(" or rows = 7 or size = 9", 200): "time_dim",
		"sales_table where " + strings.Repeat("(rows = 3 or (rows = 10 and ", 40) + "name = 'time_dim'" + strings.Repeat("))", 40): "time_dim",
		"_ALL_ENTITY_TYPES where name = 'Sales'": "Sales",
	} {
		if want == "error" {
			if status, text := f.call("GET", "/v2/search/dsl?query="+url.QueryEscape(query), ""); status != 400 {
				t.Errorf("%s: %d %s", query, status, text)
			}
			continue
		}
		if got := f.foundBy(query); got != want {
			t.Errorf("%s:\n got %s\nwant %s", query, got, want)
		}
	}
}

func TestQueriesThatMeanNothingAreRefused(t *testing.T) {
	f, _ := sales(t)
	for query, words := range map[string]string{
		"from nosuchtype":          "Invalid DSL query: from nosuchtype | Reason: DSL Semantic Error - nosuchtype type not found, DSL Semantic Error - nosuchtype type not found. Please refer to Atlas DSL grammar for more information",
		"`isa`":                    "isa type not found",
		"sales_db has db":          "db",
		"sales_db has tables":      "Property needs to be a primitive type: tables",
		"sales_table isa sales_db": "sales_db classification not found",
		"sales_table isa Nope":     "Nope classification not found",
		"sales_table groupby(db.name) select count()":                "Select clause has aggregation on referred attributes db.name",
		"sales_table orderby(db.name)":                               "OrderBy attribute db.name is non-primitive",
		"sales_table select db, columns":                             "Select clause has multiple referred attributes 2",
		"sales_table select owner, columns":                          "Select clause has simple and referred attributes",
		"sales_table select owner, db.name":                          "Select clause has simple and referred attributes",
		"sales_table select min(db.name)":                            "Select clause has aggregation on referred attributes",
		"sales_table where madeAt > '2014-12'":                       "DSL Semantic Error - Date format: 2014-12.",
		"sales_table where rows = many":                              "rows=many",
		"Dimension where level = 1":                                  "Qualified name for level failed!",
		"DBBB as d select d":                                         "DBBB type not found",
		"sales_table where":                                          "mismatched input '<EOF>'",
		"":                                                           "mismatched input '<EOF>'",
		"sales_table as t, sd, sales_column as c where t.name = 'x'": "sd type not found",
		"TableKind":                                                  "From source TableKind is not a valid Entity/Classification type",
		"sales_table where nosuch = 1":                               "nosuch attribute not found for type sales_table",
		"sales_table where db = 1":                                   "Property needs to be a primitive type: db",
		"sales_table as x sales_db as x":                             "Duplicate alias found: x for type sales_db already present.",
		"sales_table where count() > 1":                              "count()",
		"sales_table select sum(name)":                               "aggregation",
		"sales_table where name like \"a":                            "is not closed",
	} {
		f.refused("GET", "/v2/search/dsl?query="+url.QueryEscape(query), "", 400, "ATLAS-400-00-059", words)
	}
	f.refused("GET", "/v2/search/dsl?query="+url.QueryEscape("sales_db where name = '"+strings.Repeat("x", 16<<10)+"'"), "", 400, "ATLAS-400-00-058", "Invalid query length")
}

// byParameters runs a search by parameters and shows the names found and the count.
func (f *fixture) byParameters(body string) string {
	f.t.Helper()
	var a discovery.Result
	f.do("POST", "/v2/search/basic", body, &a)
	return fmt.Sprintf("%s #%d", shown(&a, strings.Contains(body, "sortBy")), a.ApproximateCount)
}

func TestParametersFindWhatTheyAskFor(t *testing.T) {
	f, guids := sales(t)
	f.do("POST", "/v2/entity/guid/"+guids["time_dim"]+"/labels", `["gold", "old"]`, nil)
	filter := func(attribute, operator, value string) string {
		return fmt.Sprintf(`{"typeName": "sales_table", "entityFilters": {"attributeName": %q, "operator": %q, "attributeValue": %q}}`, attribute, operator, value)
	}
	for body, want := range map[string]string{
		`{"typeName": "sales_db"}`:                                                                                           "Logging Reporting Sales #3",
		`{"typeName": "sales_db,sales_view"}`:                                                                                "Logging Reporting Sales log_view #4",
		`{"typeName": "sales_table", "includeSubTypes": false}`:                                                              "product_dim sales_fact sales_fact_monthly time_dim #4",
		`{"typeName": "sales_table", "sortBy": "name", "sortOrder": "DESCENDING", "limit": 2}`:                               "time_dim sales_fact_monthly #5",
		`{"typeName": "sales_table", "classification": "Dimension"}`:                                                         "product_dim time_dim #2",
		`{"typeName": "sales_table", "classification": "Dimension", "includeSubClassifications": false}`:                     "product_dim #1",
		`{"classification": "Dim*"}`:                                                                                         "product_dim time_dim #2",
		`{"classification": "*Dim*"}`:                                                                                        "product_dim time_dim #2",
		`{"typeName": "sales_table", "classification": "_NOT_CLASSIFIED"}`:                                                   "log_view #1",
		`{"classification": "_CLASSIFIED"}`:                                                                                  "loadMonthly product_dim sales_fact sales_fact_monthly time_dim #5",
		`{"classification": "Dimension", "tagFilters": {"attributeName": "level", "operator": ">=", "attributeValue": "2"}}`: "product_dim #1",
		filter("rows", "<", "20"):                                                                                            "log_view time_dim #2",
		filter("rows", ">=", "50"):                                                                                           "sales_fact sales_fact_monthly #2",
		filter("rows", "!=", "20"):                                                                                           "log_view sales_fact sales_fact_monthly time_dim #4",
		filter("rows", "in", "10,20"):                                                                                        "product_dim time_dim #2",
		filter("name", "startsWith", "sa"):                                                                                   "sales_fact sales_fact_monthly #2",
		filter("name", "endsWith", "dim"):                                                                                    "product_dim time_dim #2",
		filter("name", "contains", "fact"):                                                                                   "sales_fact sales_fact_monthly #2",
		filter("name", "not_contains", "fact"):                                                                               "log_view product_dim time_dim #3",
		filter("name", "like", "*fact"):                                                                                      "sales_fact #1",
		filter("name", "containsAny", "time,view"):                                                                           "log_view time_dim #2",
		filter("name", "containsAll", "sales,monthly"):                                                                       "sales_fact_monthly #1",
		filter("tags", "contains", "b"):                                                                                      "sales_fact time_dim #2",
		filter("tags", "containsAll", "a,b"):                                                                                 "sales_fact #1",
		filter("tags", "containsAny", "a,c"):                                                                                 "sales_fact #1",
		filter("size", "isNull", ""):                                                                                         "log_view product_dim sales_fact_monthly #3",
		filter("size", "notNull", ""):                                                                                        "sales_fact time_dim #2",
		filter("tags", "notEmpty", ""):                                                                                       "sales_fact time_dim #2",
		filter("madeAt", "timerange", "1418265358440,1418265358440"):                                                         "sales_fact #1",
		filter("__timestamp", "timerange", "TODAY"):                                                                          "log_view product_dim sales_fact sales_fact_monthly time_dim #5",
		filter("__timestamp", "timerange", "YESTERDAY"):                                                                      " #0",
		filter("kind", "=", "external"):                                                                                      "time_dim #1",
		filter("__labels", "contains", "gold"):                                                                               "time_dim #1",
		filter("__labels", "isNull", ""):                                                                                     "log_view product_dim sales_fact sales_fact_monthly #4",
		filter("__classificationNames", "contains", "Dimension"):                                                             "product_dim time_dim #2",
		filter("__propagatedClassificationNames", "=", "Log Data"):                                                           "sales_fact_monthly #1",
		filter("__guid", "=", guids["time_dim"]):                                                                             "time_dim #1",
		filter("__typeName", "=", "sales_view"):                                                                              "log_view #1",
		filter("__createdBy", "=", "admin"):                                                                                  "log_view product_dim sales_fact sales_fact_monthly time_dim #5",
		filter("__modifiedBy", "!=", "admin"):                                                                                " #0",
		filter("__state", "=", "ACTIVE"):                                                                                     "log_view product_dim sales_fact sales_fact_monthly time_dim #5",
		`{"typeName": "sales_table", "entityFilters": {"condition": "AND", "criterion": [
			{"attributeName": "rows", "operator": "gt", "attributeValue": "5"},
			{"condition": "OR", "criterion": [{"attributeName": "name", "operator": "eq", "attributeValue": "time_dim"}, {"attributeName": "owner", "operator": "eq", "attributeValue": "Jane"}]}]}}`: "sales_fact_monthly time_dim #2",
		`{"query": "product*", "typeName": "sales_table"}`: "product_dim #1",
		`{"query": "sales_fact"}`:                          "sales_fact sales_fact_monthly #2",
		`{"query": "warehouse reporting"}`:                 "Reporting #1",
		`{"query": "nosuchword"}`:                          " #0",
	} {
		if got := f.byParameters(body); got != want {
			t.Errorf("%s:\n got %s\nwant %s", body, got, want)
		}
	}
	f.refused("POST", "/v2/search/basic", `{}`, 400, "ATLAS-400-00-047", "No search parameter was found")
	f.refused("POST", "/v2/search/basic", `{"typeName": "nope"}`, 400, "ATLAS-400-00-00A", "nope")
	f.refused("POST", "/v2/search/basic", `{"classification": "nope"}`, 400, "ATLAS-400-00-046", "nope")
	f.refused("POST", "/v2/search/basic", `{"typeName": "sales_db", "limit": -1}`, 400, "ATLAS-400-00-029", "Limit/offset should be non-negative")
	f.refused("POST", "/v2/search/basic", filter("nosuch", "=", "x"), 400, "ATLAS-400-00-023", "Attribute nosuch not found for type sales_table")
	f.refused("POST", "/v2/search/basic", filter("name", "resembles", "x"), 400, "ATLAS-400-00-103", "Invalid operator specified for attribute: name")
	f.refused("POST", "/v2/search/basic", filter("name", "=", ""), 400, "ATLAS-400-00-105", "Value Attribute")
	f.refused("POST", "/v2/search/basic", `{"termName": "nope"}`, 400, "ATLAS-400-00-06E", "nope")
}

func TestPagesOfASearchFollowTheirMarkers(t *testing.T) {
	f, _ := sales(t)
	var names []string
	marker := "*"
	for range 10 {
		var a discovery.Result
		f.do("POST", "/v2/search/basic", `{"typeName": "sales_table", "sortBy": "name", "limit": 2, "marker": "`+marker+`"}`, &a)
		for _, e := range a.Entities {
			names = append(names, e.DisplayText)
		}
		if marker = a.NextMarker; marker == "-1" {
			break
		}
	}
	if got := strings.Join(names, " "); got != "log_view product_dim sales_fact sales_fact_monthly time_dim" {
		t.Error(got)
	}
	f.refused("POST", "/v2/search/basic", `{"typeName": "sales_db", "marker": "x"}`, 400, "ATLAS-400-00-029", "Invalid marker!")
	f.refused("POST", "/v2/search/basic", `{"typeName": "sales_db", "marker": "*", "offset": 1}`, 400, "ATLAS-400-00-029", "Marker can be used only if offset=0.")
}

func TestOtherSearches(t *testing.T) {
	f, guids := sales(t)
	var a discovery.Result
	f.do("GET", "/v2/search/relationship?guid="+guids["Sales"]+"&relation=tables&getApproximateCount=True&sortOrder=DESCENDING&limit=2", "", &a)
	if got := shown(&a, true); got != "time_dim sales_fact" || a.ApproximateCount != 3 || a.QueryType != "RELATIONSHIP" {
		t.Errorf("related: %s, %d", got, a.ApproximateCount)
	}
	f.refused("GET", "/v2/search/relationship?guid="+guids["Sales"]+"&relation=name", "", 400, "ATLAS-400-00-048", "name")
	a = discovery.Result{}
	f.do("GET", "/v2/search/attribute?typeName=sales_table&attrName=name&attrValuePrefix=sales", "", &a)
	if got := shown(&a, false); got != "sales_fact sales_fact_monthly" {
		t.Errorf("by prefix: %s", got)
	}
	a = discovery.Result{}
	f.do("GET", "/v2/search/fulltext?query=Joe", "", &a)
	if len(a.FullText) != 1 || a.FullText[0].Entity.DisplayText != "sales_fact" {
		t.Errorf("full text: %+v", a.FullText)
	}
	a = discovery.Result{}
	f.do("POST", "/v2/search/relations", `{"relationshipName": "sales_db_tables", "limit": 3}`, &a)
	if len(a.Relations) != 3 || a.ApproximateCount != 5 || a.Relations[0].End1.GUID != guids["Sales"] || a.Relations[0].TypeName != "sales_db_tables" {
		t.Errorf("relations: %+v of %d", a.Relations, a.ApproximateCount)
	}
	f.sortedRelations()
	a = discovery.Result{}
	f.do("GET", "/v2/search/relations?relationshipName=dataset_process_inputs", "", &a)
	if len(a.Relations) != 1 || a.Relations[0].End1.GUID != guids["loadMonthly"] || a.Relations[0].End2.GUID != guids["sales_fact"] {
		t.Errorf("inputs: %+v", a.Relations)
	}
	var quick discovery.QuickResult
	f.do("GET", "/v2/search/quick?query=sales&limit=3", "", &quick)
	if len(quick.Results.Entities) != 3 || quick.Results.ApproximateCount < 4 || len(quick.Metrics["__typeName"]) == 0 || quick.Metrics["__state"][0].Name != "ACTIVE" {
		t.Errorf("quick: %+v", quick)
	}
	var s discovery.Suggestions
	f.do("GET", "/v2/search/suggestions?prefixString=sal&fieldName=Asset.name", "", &s)
	if got := strings.Join(s.Suggestions, " "); got != "Sales sales_fact sales_fact_monthly" {
		t.Errorf("suggestions: %s", got)
	}
	f.do("POST", "/v2/search/basic/download/create_file", `{"searchParameters": {"typeName": "sales_db", "sortBy": "name"}, "attributeLabelMap": {"Owner": "owner", "Name": "name"}}`, nil)
	var d downloadStatus
	f.do("GET", "/v2/search/download/status", "", &d)
	if len(d.Records) != 1 || d.Records[0].Status != "COMPLETE" {
		t.Fatalf("downloads: %+v", d)
	}
	_, text := f.call("GET", "/v2/search/download/"+d.Records[0].FileName, "")
	if want := "Type name,Name,Classifications,Terms,Owner\nsales_db,Logging,,,Tim ETL\nsales_db,Reporting,,,Jane BI\nsales_db,Sales,,,John ETL\n"; text != want {
		t.Errorf("file:\n%s", text)
	}
	if status, _ := f.call("GET", "/v2/search/download/nope.csv", ""); status != 204 {
		t.Errorf("no file: %d", status)
	}
}

func TestSavedSearchesAreOfTheirUsers(t *testing.T) {
	f, _ := sales(t)
	var s discovery.SavedSearch
	f.do("POST", "/v2/search/saved", `{"name": "dbs", "searchType": "BASIC", "searchParameters": {"typeName": "sales_db", "limit": 2}}`, &s)
	if s.GUID == "" || s.Owner != "admin" {
		t.Fatalf("%+v", s)
	}
	f.refused("POST", "/v2/search/saved", `{"name": "dbs", "searchParameters": {"typeName": "sales_db"}}`, 409, "ATLAS-409-00-006", "search named dbs already exists for user admin")
	f.refused("POST", "/v2/search/saved", `{"name": "x", "ownerName": "other", "searchParameters": {"typeName": "sales_db"}}`, 400, "ATLAS-400-00-029", "invalid data")
	f.do("PUT", "/v2/search/saved", `{"guid": "`+s.GUID+`", "name": "dbs", "searchType": "ADVANCED", "searchParameters": {"query": "sales_db where name = 'Sales'"}}`, nil)
	var a discovery.Result
	f.do("GET", "/v2/search/saved/execute/dbs", "", &a)
	if shown(&a, false) != "Sales" {
		t.Errorf("executed: %s", shown(&a, false))
	}
	f.do("GET", "/v2/search/saved/execute/guid/"+s.GUID, "", &a)
	var all []discovery.SavedSearch
	f.do("GET", "/v2/search/saved?user=admin", "", &all)
	if len(all) != 1 || all[0].Name != "dbs" || all[0].Type != "ADVANCED" {
		t.Errorf("%+v", all)
	}
	f.refused("GET", "/v2/search/saved?user=other", "", 400, "ATLAS-400-00-029", "invalid data")
	f.do("DELETE", "/v2/search/saved/"+s.GUID, "", nil)
	f.do("GET", "/v2/search/saved", "", &all)
	if len(all) != 0 {
		t.Errorf("still %+v", all)
	}
}

func TestLineageOfEntities(t *testing.T) {
	f, guids := sales(t)
	var l discovery.Lineage
	f.do("GET", "/v2/lineage/"+guids["sales_fact"], "", &l)
	if len(l.Entities) != 3 || len(l.Relations) != 2 || l.Depth != 3 || l.Direction != "BOTH" {
		t.Fatalf("%+v", l)
	}
	for _, r := range l.Relations {
		if r.GUID == "" || r.From != guids["sales_fact"] && r.To != guids["sales_fact_monthly"] {
			t.Errorf("%+v", r)
		}
	}
	f.do("GET", "/v2/lineage/uniqueAttribute/type/sales_table?attr:qualifiedName=sales_fact_monthly@cl1&direction=INPUT&depth=1", "", &l)
	if l.GUID != guids["sales_fact_monthly"] || len(l.Relations) != 2 || l.Direction != "INPUT" {
		t.Errorf("%+v", l)
	}
	f.do("GET", "/v2/lineage/"+guids["loadMonthly"]+"?direction=OUTPUT", "", &l)
	if len(l.Relations) != 1 || l.Relations[0].From != guids["loadMonthly"] {
		t.Errorf("%+v", l)
	}
	l = discovery.Lineage{}
	f.do("GET", "/v2/lineage/"+guids["sales_fact"]+"?hideProcess=true", "", &l)
	if len(l.Entities) != 2 || len(l.Relations) != 1 || l.Relations[0].To != guids["sales_fact_monthly"] {
		t.Errorf("%+v", l)
	}
	if _, text := f.call("GET", "/v2/lineage/"+guids["time_dim"]+"?depth=-1", ""); !strings.Contains(text, `"guidEntityMap":{}`) || !strings.Contains(text, `"relations":[]`) || !strings.Contains(text, `"lineageDepth":-1`) {
		t.Error(text)
	}
	l = discovery.Lineage{}
	f.do("POST", "/v2/lineage/"+guids["sales_fact"], `{"`+guids["sales_fact"]+`": {"direction": "OUTPUT", "inputRelationsLimit": 1, "outputRelationsLimit": 1, "depth": 2}}`, &l)
	if len(l.Relations) != 2 || l.Payload[guids["sales_fact"]] == nil {
		t.Errorf("%+v", l)
	}
	f.refused("GET", "/v2/lineage/xx", "", 404, "ATLAS-404-00-005", "Given instance guid xx is invalid/not found")
	f.refused("GET", "/v2/lineage/"+guids["Sales"], "", 404, "ATLAS-404-00-011", "is not a valid lineage entity type")
	f.refused("GET", "/v2/lineage/"+guids["sales_fact"]+"?direction=UP", "", 400, "ATLAS-400-00-026", "UP")
}

func TestVersion1SearchesAndFollowsLineage(t *testing.T) {
	f, guids := sales(t)
	var found v1Found
	f.do("GET", "/discovery/search/dsl?query="+url.QueryEscape("sales_table where name = 'sales_fact'"), "", &found)
	if row, _ := found.Results[0].(map[string]any); found.Count != 1 || found.QueryType != "dsl" || row["name"] != "sales_fact" || row["$typeName$"] != "sales_table" {
		t.Errorf("%+v", found)
	}
	f.do("GET", "/discovery/search?query=Joe&limit=5&offset=0", "", &found)
	if row, _ := found.Results[0].(map[string]any); found.QueryType != "full-text" || row["guid"] != guids["sales_fact"] {
		t.Errorf("%+v", found)
	}
	if status, text := f.call("GET", "/discovery/search/dsl?query=nosuchtype", ""); status != 400 || !strings.Contains(text, `"error"`) {
		t.Errorf("%d %s", status, text)
	}
	_, text := f.call("GET", "/lineage/"+guids["sales_fact"]+"/outputs/graph", "")
	var graph struct {
		Results struct {
			Values struct {
				Vertices map[string]json.RawMessage
				Edges    map[string][]string
			}
		}
	}
	if err := json.Unmarshal([]byte(text), &graph); err != nil {
		t.Fatal(err)
	}
	v := graph.Results.Values
	if len(v.Vertices) != 2 || len(v.Edges) != 2 || !slices.Equal(v.Edges[guids["loadMonthly"]], []string{guids["sales_fact_monthly"]}) {
		t.Errorf("%s", text)
	}
}

// sortedRelations sorts relationships by an attribute that some of them have.
func (f *fixture) sortedRelations() {
	f.t.Helper()
	guids := func(parameters string) (guids []string) {
		var a discovery.Result
		f.do("GET", "/v2/search/relations?relationshipName=sales_db_tables"+parameters, "", &a)
		for _, r := range a.Relations {
			guids = append(guids, r.GUID)
		}
		return guids
	}
	all := guids("")
	for i, since := range map[int]int{1: 20, 3: 9, 4: 30} {
		f.do("PUT", "/v2/relationship", fmt.Sprintf(`{"guid": %q, "typeName": "sales_db_tables", "attributes": {"since": %d}}`, all[i], since), nil)
	}
	for parameters, want := range map[string][]int{
		"&sortBy=since": {3, 1, 4, 0, 2}, "&sortBy=since&sortOrder=DESCENDING": {4, 1, 3, 0, 2}, "&sortBy=nothing": {0, 1, 2, 3, 4}, "&sortBy=since&limit=2&offset=1": {1, 4},
	} {
		got := guids(parameters)
		for i, n := range want {
			if len(got) != len(want) || got[i] != all[n] {
				f.t.Errorf("%s gives %v of %v, want %v", parameters, got, all, want)
				break
			}
		}
	}
}
