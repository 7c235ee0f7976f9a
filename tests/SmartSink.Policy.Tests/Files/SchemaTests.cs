using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using SmartSink.Policy.Files;
using SmartSink.Policy.Toml;
using SmartSink.Testing;
using SmartSink.Testing.Policies;

namespace SmartSink.Policy.Tests.Files;

/// <summary>policy/responses.schema.json says what the reader's catalogue of keys says. <c>SMARTSINK_WRITE_SCHEMA=1</c> writes it.</summary>
public sealed partial class SchemaTests
{
    private static readonly string SchemaFile = RepositoryRoot.Combine("policy", "responses.schema.json");

    private static readonly JsonSerializerOptions Options = new() { WriteIndented = true, NewLine = "\n", Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public static TheoryData<string> PolicyFiles =>
    [
        Catalogue.MainFile,
        .. Catalogue.Files.Select(file => RepositoryRoot.Combine("policy", "providers", file)),
        RepositoryRoot.Combine("tests", "SmartSink.Policy.Tests", "golden", "valid", "every-key.toml"),
    ];

    [Fact]
    public void The_schema_is_made_of_the_readers_catalogue_of_keys()
    {
        var expected = Schema().ToJsonString(Options) + "\n";
        if (Environment.GetEnvironmentVariable("SMARTSINK_WRITE_SCHEMA") == "1")
        {
            File.WriteAllText(SchemaFile, expected);
        }

        File.ReadAllText(SchemaFile).ShouldBe(expected, "see CONTRIBUTING.md for how to write it anew");
    }

    [Fact]
    public void The_shipped_page_names_the_schema() => File.ReadLines(Catalogue.MainFile).First().ShouldBe("#:schema ./responses.schema.json");

    [Theory]
    [MemberData(nameof(PolicyFiles))]
    public void Every_key_and_type_of_a_valid_policy_is_in_the_schema(string file)
    {
        var schema = JsonNode.Parse(File.ReadAllText(SchemaFile))!;

        Check(TomlReader.Read(File.ReadAllBytes(file)).Root, schema, schema, "the top level");
    }

    [Fact]
    public void The_reader_takes_every_key_of_the_catalogue_where_the_catalogue_says()
    {
        var policy = $"""
            {string.Concat(PolicyKeys.Plain.Select(Statement))}
            [default]
            {string.Concat(PolicyKeys.Default.Select(Statement))}
            [domain."a.example"]
            {string.Concat(PolicyKeys.Domain.Select(Statement))}
            [[bounce."b.example"]]
            {string.Concat(PolicyKeys.Reply.Select(Statement))}
            [[defer."b.example"]]
            {string.Concat(PolicyKeys.Reply.Select(Statement))}
            [[tls."b.example"]]
            {string.Concat(PolicyKeys.Reply.Select(Statement))}
            [[throttle."b.example"]]
            {string.Concat(PolicyKeys.Throttle.Select(Statement))}
            [[mx]]
            {string.Concat(PolicyKeys.Mx.Select(Statement))}
            [[answers]]
            {string.Concat(PolicyKeys.Answers.Select(Statement))}
            [[fault]]
            {string.Concat(PolicyKeys.Fault.Select(Statement))}
            [[schedule]]
            {string.Concat(PolicyKeys.Schedule.Select(Statement))}
            """;

        PolicyFolder.Diagnostics(policy).Where(diagnostic => diagnostic.Contains("error", StringComparison.Ordinal)).ShouldBeEmpty(policy);
    }

    [Fact]
    public void Every_example_of_the_manual_loads_without_a_word_and_together_they_have_every_key()
    {
        var examples = TomlBlock().Matches(File.ReadAllText(RepositoryRoot.Combine("docs", "policy.md"))).Select(match => match.Groups[1].Value).ToList();

        examples.Count.ShouldBeGreaterThan(5);
        foreach (var example in examples)
        {
            PolicyFolder.Diagnostics(example).ShouldBeEmpty(example);
        }

        var text = string.Concat(examples);
        Names(PolicyKeys.Settings.Concat(PolicyKeys.Behaviour).Concat(PolicyKeys.Fault).Concat(PolicyKeys.Schedule).Concat(PolicyKeys.Answers))
            .Where(key => key is not ("after" or "for" or "ses") && !Regex.IsMatch(text, $@"^{key} *=|\.{key}\]", RegexOptions.Multiline, TimeSpan.FromSeconds(10))).ShouldBeEmpty();

        static IEnumerable<string> Names(IEnumerable<PolicyKey> keys) => keys.SelectMany(key => key.Keys.Count > 0 && key.Name != "block" ? Names(key.Keys).Prepend(key.Name) : [key.Name]);
    }

    [GeneratedRegex("```toml\n(.*?)```", RegexOptions.Singleline)]
    private static partial Regex TomlBlock();

    private static string Statement(PolicyKey key) => $"{key.Name} = {Example(key)}\n";

    private static string Example(PolicyKey key) => key switch
    {
        { Name: "weight" } => "1.5",
        { Name: "include" } => "[]",
        { Name: "like" } => "\"b.example\"",
        { Name: "name" } => $"\"rule {Guid.NewGuid()}\"",
        { Name: "do" } => "\"accept-then-drop\"",
        { Name: "stage", IsRequired: false } when PolicyKeys.Fault.Contains(key) => "\"data\"",
        { Type: KeyType.Table } => $"{{ {string.Join(", ", key.Keys.Select(inner => $"{inner.Name} = {Example(inner)}"))} }}",
        { Type: KeyType.DomainKeys } => $"{{ {string.Join(", ", PolicyKeys.Domain.Where(inner => inner.Name != "like").Select(inner => $"{inner.Name} = {Example(inner)}"))} }}",
        { Type: KeyType.TruthOrTexts or KeyType.Owners } => $"[{string.Join(", ", key.Values.Select(word => $"\"{word}\""))}]",
        { Values: [var word, ..] } => $"\"{word}\"",
        { Type: KeyType.Truth } => "true",
        { Type: KeyType.Whole or KeyType.Number } => FormattableString.Invariant($"{key.Minimum ?? 1}"),
        { Type: KeyType.Time } => key.Name == "wait" ? "\"5m\"" : "\"1.5h\"",
        { Type: KeyType.Percent } => "\"2.5%\"",
        { Type: KeyType.Rate } => "\"100/min\"",
        { Type: KeyType.Rates } => "[\"200/h\", \"1000/h\"]",
        { Type: KeyType.Throttled } => "\"5 throttled/min\"",
        { Type: KeyType.Delay } => "\"5ms..30ms\"",
        { Type: KeyType.Reply } => "\"554 5.7.1 blocked\"",
        { Type: KeyType.Network } or { Name: "networks" } => "\"192.0.2.0/24\"",
        { Type: KeyType.Moment } => "\"+10m\"",
        { Type: KeyType.Sequence } => "[451, \"450 4.2.0 later\", 250]",
        _ => "\"x.example\"",
    };

    private static void Check(TomlValue value, JsonNode schema, JsonNode root, string where)
    {
        while (schema["$ref"] is { } reference)
        {
            schema = root["definitions"]![((string)reference!)["#/definitions/".Length..]]!;
        }

        if (schema["anyOf"] is JsonArray choices && choices[0]!["type"] is not null)
        {
            schema = choices.Single(choice => TypesOf(value).Contains((string)choice!["type"]!))!;
        }

        TypesOf(value).ShouldContain((string)schema["type"]!, where);
        if (value is TomlArray array)
        {
            array.Items.ForEach(item => Check(item, schema["items"]!, root, where));
        }

        foreach (var entry in value is TomlTable table ? table.Entries : [])
        {
            var next = schema["properties"]?[entry.Key] ?? schema["additionalProperties"] as JsonObject;
            next.ShouldNotBeNull($"{entry.Key} in {where}");
            Check(entry.Value, next, root, entry.Key);
        }
    }

    private static string[] TypesOf(TomlValue value) => value switch
    {
        TomlTable => ["object"],
        TomlArray => ["array"],
        TomlScalar<string> => ["string"],
        TomlScalar<bool> => ["boolean"],
        TomlScalar<long> => ["integer", "number"],
        _ => ["number"],
    };

    private static JsonObject Schema()
    {
        var properties = Properties(PolicyKeys.Plain);
        properties["default"] = Described(Reference("rates"), "The rates of every domain that does not say otherwise.");
        properties["domain"] = Described(Named(Reference("domain")), "Rates by domain, such as \"example.com\", or pattern, such as \"*.example.com\" or \"example.*\".");
        foreach (var (kind, what) in new[] { ("bounce", "that refuse for good"), ("defer", "that refuse for now"), ("tls", "to clients without TLS where it is required"), ("throttle", "to senders over a limit") })
        {
            var list = new JsonObject { ["type"] = "array", ["minItems"] = 1, ["items"] = Reference(kind == "throttle" ? kind : "reply") };
            properties[kind] = Described(Named(list), $"The replies {what}, by domain, pattern, or \"*\" for all others.");
        }

        properties["mx"] = Described(new JsonObject { ["type"] = "array", ["items"] = Reference("mx") }, "Mail servers by the addresses that clients meant to connect to.");
        foreach (var (rule, what) in new[] { ("answers", "The answers to one try after the other."), ("fault", "What goes wrong on purpose."), ("schedule", "What holds at certain times.") })
        {
            properties[rule] = Described(new JsonObject { ["type"] = "array", ["items"] = Reference(rule) }, what);
        }

        return new JsonObject
        {
            ["$schema"] = "http://json-schema.org/draft-07/schema#",
            ["title"] = "SmartSink: responses.toml",
            ["type"] = "object",
            ["additionalProperties"] = false,
            ["properties"] = properties,
            ["definitions"] = new JsonObject
            {
                ["rates"] = Table(PolicyKeys.Default),
                ["domain"] = Table(PolicyKeys.Domain),
                ["reply"] = Table(PolicyKeys.Reply),
                ["throttle"] = Table(PolicyKeys.Throttle),
                ["mx"] = Table(PolicyKeys.Mx),
                ["answers"] = Table(PolicyKeys.Answers),
                ["fault"] = Table(PolicyKeys.Fault),
                ["schedule"] = Table(PolicyKeys.Schedule),
            },
        };
    }

    private static JsonObject Reference(string name) => new() { ["$ref"] = "#/definitions/" + name };

    private static JsonObject Named(JsonObject value) => new() { ["type"] = "object", ["additionalProperties"] = value };

    private static JsonObject Described(JsonObject schema, string description)
    {
        schema["description"] = description;
        return schema;
    }

    private static JsonObject Properties(IEnumerable<PolicyKey> keys) =>
        new(keys.Select(key => KeyValuePair.Create<string, JsonNode?>(key.Name, Described(ValueOf(key), key.Description))));

    private static JsonObject Table(IReadOnlyCollection<PolicyKey> keys)
    {
        var table = new JsonObject { ["type"] = "object", ["additionalProperties"] = false };
        if (keys.Any(key => key.IsRequired))
        {
            table["required"] = Names(keys.Where(key => key is { IsRequired: true, Substitute: null }).Select(key => key.Name));
        }

        if (keys.SingleOrDefault(key => key.Substitute is not null) is { } replaceable)
        {
            table["anyOf"] = new JsonArray([.. new[] { replaceable.Name, replaceable.Substitute! }.Select(name => new JsonObject { ["required"] = Names([name]) })]);
        }

        table["properties"] = Properties(keys);
        return table;
    }

    private static JsonArray Names(IEnumerable<string> names) => new([.. names.Select(name => (JsonNode)name)]);

    private static JsonObject OfType(string type) => new() { ["type"] = type };

    private static JsonObject AnyOf(params JsonNode[] choices) => new() { ["anyOf"] = new JsonArray(choices) };

    private static JsonObject TextOf(PolicyKey key)
    {
        var text = new JsonObject { ["type"] = "string" };
        if (key.Values.Count > 0)
        {
            text["enum"] = Names(key.Values);
        }

        return text;
    }

    private static JsonObject ValueOf(PolicyKey key)
    {
        switch (key.Type)
        {
            case KeyType.Texts or KeyType.TruthOrTexts or KeyType.Owners or KeyType.Rates or KeyType.Domains:
                var list = new JsonObject { ["type"] = "array", ["items"] = TextOf(key) };
                return AnyOf([.. key.Type == KeyType.TruthOrTexts ? new[] { OfType("boolean") } : [], TextOf(key), list]);
            case KeyType.Table:
                return Table(key.Keys);
            case KeyType.DomainKeys:
                return Reference("domain");
            case KeyType.Percent:
                return AnyOf(OfType("number"), OfType("string"));
            case KeyType.Sequence:
                return new JsonObject { ["type"] = "array", ["minItems"] = 1, ["maxItems"] = ValueForms.LongestSequence, ["items"] = AnyOf(OfType("integer"), OfType("string")) };
        }

        var value = new JsonObject
        {
            ["type"] = key.Type switch { KeyType.Whole => "integer", KeyType.Number => "number", KeyType.Truth => "boolean", _ => "string" },
        };
        if (key.Minimum is { } minimum)
        {
            value["minimum"] = minimum;
        }

        if (key.Maximum is { } maximum)
        {
            value["maximum"] = maximum;
        }

        if (key.MinimumLength is { } least)
        {
            value["minLength"] = least;
        }

        if (key.MaximumLength is { } length)
        {
            value["maxLength"] = length;
        }

        if (key.Values.Count > 0)
        {
            value["enum"] = Names(key.Values);
        }

        return value;
    }
}
