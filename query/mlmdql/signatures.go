package mlmdql

import (
	"strings"

	"github.com/pedigree-ml/pedigree/query"
)

// function is what the language knows of a function: which arguments it takes
// for which result, and what it does, 0 for those that only the types are known
// of.
//
// Signatures are written with a letter for each type: i INT32, I INT64, u
// UINT32, U UINT64, F FLOAT, D DOUBLE, S STRING, Y BYTES, B BOOL, d DATE, t
// TIMESTAMP, A any type, the same each time, a an array of e, X any type at all,
// and [.] an array. ? makes the argument before it optional, * repeats it, and >
// stands before the result. The table was read off the engine.
type function struct {
	op         query.Operation
	signatures string
}

var functions = map[string]function{
	"ABS":                          {query.Absolute, "I>I D>D U>U i>i u>u F>F"},
	"ACOS":                         {0, "D>D"},
	"ACOSH":                        {0, "D>D"},
	"ARRAY_CONCAT":                 {0, "aa*>a"},
	"ARRAY_FIRST":                  {0, "a>e"},
	"ARRAY_INCLUDES":               {0, "ae>B"},
	"ARRAY_INCLUDES_ALL":           {0, "aa>B"},
	"ARRAY_INCLUDES_ANY":           {0, "aa>B"},
	"ARRAY_IS_DISTINCT":            {0, "a>B"},
	"ARRAY_LAST":                   {0, "a>e"},
	"ARRAY_LENGTH":                 {0, "a>I"},
	"ARRAY_REVERSE":                {0, "a>a"},
	"ARRAY_SLICE":                  {0, "aII>a"},
	"ARRAY_TO_STRING":              {0, "[S]SS?>S [Y]YY?>Y"},
	"ASCII":                        {0, "S>I Y>I"},
	"ASIN":                         {0, "D>D"},
	"ASINH":                        {0, "D>D"},
	"ATAN":                         {0, "D>D"},
	"ATAN2":                        {0, "DD>D"},
	"ATANH":                        {0, "D>D"},
	"BIT_CAST_TO_INT32":            {0, "i>i u>i"},
	"BIT_CAST_TO_INT64":            {0, "I>I U>I"},
	"BIT_CAST_TO_UINT32":           {0, "u>u i>u"},
	"BIT_CAST_TO_UINT64":           {0, "I>U U>U"},
	"BIT_COUNT":                    {0, "I>I Y>I U>I i>I"},
	"BYTE_LENGTH":                  {0, "S>I Y>I"},
	"CEIL":                         {0, "D>D F>F"},
	"CEILING":                      {0, "D>D F>F"},
	"CHARACTER_LENGTH":             {0, "S>I"},
	"CHAR_LENGTH":                  {0, "S>I"},
	"CHR":                          {0, "I>S"},
	"COALESCE":                     {query.FirstPresent, "AA*>A"},
	"CODE_POINTS_TO_BYTES":         {0, "[I]>Y"},
	"CODE_POINTS_TO_STRING":        {0, "[I]>S"},
	"CONCAT":                       {0, "SS*>S YY*>Y"},
	"COS":                          {0, "D>D"},
	"COSH":                         {0, "D>D"},
	"COT":                          {0, "D>D"},
	"COTH":                         {0, "D>D"},
	"CSC":                          {0, "D>D"},
	"CSCH":                         {0, "D>D"},
	"CURRENT_DATE":                 {0, ">d"},
	"CURRENT_TIMESTAMP":            {0, ">t"},
	"DATE":                         {0, "tS?>d III>d"},
	"DATE_FROM_UNIX_DATE":          {0, "I>d"},
	"DIV":                          {0, "II>I UU>U"},
	"ENDS_WITH":                    {0, "SS>B YY>B"},
	"ERROR":                        {0, "S>I"},
	"EXP":                          {0, "D>D"},
	"FARM_FINGERPRINT":             {0, "Y>I S>I"},
	"FLOOR":                        {0, "D>D F>F"},
	"FORMAT":                       {query.Format, "SX*>S"},
	"FORMAT_DATE":                  {0, "Sd>S"},
	"FORMAT_TIMESTAMP":             {0, "StS?>S"},
	"FROM_BASE32":                  {0, "S>Y"},
	"FROM_BASE64":                  {0, "S>Y"},
	"FROM_HEX":                     {0, "S>Y"},
	"FROM_PROTO":                   {0, "t>t d>d D>D I>I B>B Y>Y S>S U>U i>i u>u F>F"},
	"GENERATE_ARRAY":               {0, "III?>[I] DDD?>[D] UUU?>[U]"},
	"GENERATE_UUID":                {0, ">S"},
	"GREATEST":                     {0, "AA*>A"},
	"IEEE_DIVIDE":                  {0, "DD>D FF>F"},
	"IF":                           {0, "BAA>A"},
	"IFERROR":                      {0, "AA>A"},
	"IFNULL":                       {query.FirstPresent, "AA>A"},
	"ISERROR":                      {0, "X>B"},
	"IS_INF":                       {0, "D>B"},
	"IS_NAN":                       {0, "D>B"},
	"JSON_EXTRACT":                 {query.JSONValue, "SS>S"},
	"JSON_EXTRACT_ARRAY":           {0, "SS?>[S]"},
	"JSON_EXTRACT_SCALAR":          {0, "SS?>S"},
	"JSON_QUERY":                   {0, "SS>S"},
	"JSON_VALUE":                   {0, "SS?>S"},
	"LEAST":                        {0, "AA*>A"},
	"LEFT":                         {0, "SI>S YI>Y"},
	"LENGTH":                       {query.Length, "S>I Y>I"},
	"LN":                           {0, "D>D"},
	"LOG":                          {0, "DD?>D"},
	"LOG10":                        {0, "D>D"},
	"LOWER":                        {query.Lower, "S>S Y>Y"},
	"LPAD":                         {0, "SIS?>S YIY?>Y"},
	"LTRIM":                        {query.TrimLeft, "SS?>S YY>Y"},
	"MD5":                          {0, "Y>Y S>Y"},
	"MOD":                          {0, "II>I UU>U"},
	"NORMALIZE":                    {0, "S>S"},
	"NORMALIZE_AND_CASEFOLD":       {0, "S>S"},
	"NULLIF":                       {query.NullWhen, "AA>A"},
	"NULLIFERROR":                  {0, "A>A"},
	"OCTET_LENGTH":                 {0, "S>I Y>I"},
	"PARSE_DATE":                   {0, "SS>d"},
	"PARSE_TIMESTAMP":              {0, "SSS?>t"},
	"POW":                          {0, "DD>D"},
	"POWER":                        {0, "DD>D"},
	"RAND":                         {0, ">D"},
	"RANGE_BUCKET":                 {0, "ea>I"},
	"REGEXP_CONTAINS":              {0, "SS>B YY>B"},
	"REGEXP_EXTRACT":               {0, "SS>S YY>Y"},
	"REGEXP_EXTRACT_ALL":           {0, "SS>[S] YY>[Y]"},
	"REGEXP_INSTR":                 {0, "SSI?I?I?>I YYI?I?I?>I"},
	"REGEXP_MATCH":                 {0, "SS>B YY>B"},
	"REGEXP_REPLACE":               {0, "SSS>S YYY>Y"},
	"REPEAT":                       {0, "SI>S YI>Y"},
	"REPLACE":                      {query.Replace, "SSS>S YYY>Y"},
	"REVERSE":                      {0, "S>S Y>Y"},
	"RIGHT":                        {0, "SI>S YI>Y"},
	"ROUND":                        {query.Round, "D>D DI>D F>F FI>F"},
	"RPAD":                         {0, "SIS?>S YIY?>Y"},
	"RTRIM":                        {query.TrimRight, "SS?>S YY>Y"},
	"SAFE_ADD":                     {0, "II>I DD>D UU>U"},
	"SAFE_CONVERT_BYTES_TO_STRING": {0, "Y>S"},
	"SAFE_DIVIDE":                  {0, "DD>D"},
	"SAFE_MULTIPLY":                {0, "II>I DD>D UU>U"},
	"SAFE_NEGATE":                  {0, "I>I D>D i>i F>F"},
	"SAFE_SUBTRACT":                {0, "II>I DD>D UU>I"},
	"SEC":                          {0, "D>D"},
	"SECH":                         {0, "D>D"},
	"SESSION_USER":                 {0, ">S"},
	"SHA1":                         {0, "Y>Y S>Y"},
	"SHA256":                       {0, "Y>Y S>Y"},
	"SHA512":                       {0, "Y>Y S>Y"},
	"SIGN":                         {query.Sign, "I>I D>D U>U i>i u>u F>F"},
	"SIN":                          {0, "D>D"},
	"SINH":                         {0, "D>D"},
	"SPLIT":                        {0, "SS?>[S] YY>[Y]"},
	"SQRT":                         {0, "D>D"},
	"STARTS_WITH":                  {0, "SS>B YY>B"},
	"STRING":                       {0, "tS?>S"},
	"STRPOS":                       {0, "SS>I YY>I"},
	"SUBSTR":                       {query.Substring, "SII?>S YII?>Y"},
	"TAN":                          {0, "D>D"},
	"TANH":                         {0, "D>D"},
	"TIMESTAMP":                    {0, "SS?>t dS?>t"},
	"TIMESTAMP_FROM_UNIX_MICROS":   {0, "I>t t>t"},
	"TIMESTAMP_FROM_UNIX_MILLIS":   {0, "I>t t>t"},
	"TIMESTAMP_FROM_UNIX_SECONDS":  {0, "I>t t>t"},
	"TIMESTAMP_MICROS":             {0, "I>t"},
	"TIMESTAMP_MILLIS":             {0, "I>t"},
	"TIMESTAMP_SECONDS":            {0, "I>t"},
	"TO_BASE32":                    {0, "Y>S"},
	"TO_BASE64":                    {0, "Y>S"},
	"TO_CODE_POINTS":               {0, "S>[I] Y>[I]"},
	"TO_HEX":                       {0, "Y>S"},
	"TO_JSON_STRING":               {0, "XB?>S"},
	"TRIM":                         {query.Trim, "SS?>S YY>Y"},
	"TRUNC":                        {0, "D>D DI>D F>F FI>F"},
	"UNICODE":                      {query.CodePoint, "S>I"},
	"UNIX_DATE":                    {0, "d>I"},
	"UNIX_MICROS":                  {0, "t>I"},
	"UNIX_MILLIS":                  {0, "t>I"},
	"UNIX_SECONDS":                 {0, "t>I"},
	"UPPER":                        {query.Upper, "S>S Y>Y"},
}

// aggregates are known and never allowed: a filter looks at one node.
var aggregates = set("ANY_VALUE APPROX_COUNT_DISTINCT APPROX_QUANTILES APPROX_TOP_COUNT APPROX_TOP_SUM ARRAY_AGG ARRAY_CONCAT_AGG AVG BIT_AND BIT_OR BIT_XOR CORR COUNT COUNTIF COVAR_POP COVAR_SAMP LOGICAL_AND LOGICAL_OR MAX MIN PERCENTILE_CONT PERCENTILE_DISC STDDEV STDDEV_POP STDDEV_SAMP STRING_AGG SUM VAR_POP VAR_SAMP VARIANCE")

// calendar lists functions whose arguments are not all expressions, such as
// INTERVAL 1 DAY; no engine runs them.
var calendar = map[string]string{
	"ARRAY_FILTER": "ARRAY<INT64>", "ARRAY_TRANSFORM": "ARRAY<INT64>",
	"DATE_ADD": dateType, "DATE_SUB": dateType, "DATE_TRUNC": dateType, "DATE_DIFF": int64Type,
	"TIMESTAMP_ADD": timestampType, "TIMESTAMP_SUB": timestampType, "TIMESTAMP_TRUNC": timestampType, "TIMESTAMP_DIFF": int64Type,
	"GENERATE_DATE_ARRAY": "ARRAY<DATE>", "GENERATE_TIMESTAMP_ARRAY": "ARRAY<TIMESTAMP>",
}

// reserved are the keywords that no unquoted name may be.
var reserved = set("ALL AND ANY ARRAY AS ASC ASSERT_ROWS_MODIFIED AT BETWEEN BY CASE CAST COLLATE CONTAINS CREATE CROSS CUBE CURRENT " +
	"DEFAULT DEFINE DESC DISTINCT ELSE END ENUM ESCAPE EXCEPT EXCLUDE EXISTS EXTRACT FALSE FETCH FOLLOWING FOR FROM FULL GROUP GROUPING " +
	"GROUPS HASH HAVING IF IGNORE IN INNER INTERSECT INTERVAL INTO IS JOIN LATERAL LEFT LIKE LIMIT LOOKUP MERGE NATURAL NEW NO NOT NULL " +
	"NULLS OF ON OR ORDER OUTER OVER PARTITION PRECEDING PROTO RANGE RECURSIVE RESPECT RIGHT ROLLUP ROWS SELECT SET SOME STRUCT " +
	"TABLESAMPLE THEN TO TREAT TRUE UNBOUNDED UNION UNNEST USING WHEN WHERE WINDOW WITH WITHIN")

func set(words string) map[string]bool {
	s := map[string]bool{}
	for word := range strings.FieldsSeq(words) {
		s[word] = true
	}
	return s
}
