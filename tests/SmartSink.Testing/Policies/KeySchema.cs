using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using SmartSink.Policy.Files;
using SmartSink.Policy.Toml;

namespace SmartSink.Testing.Policies;

/// <summary>JSON schemas of TOML files, made of the catalogues of keys by which they are read.</summary>
internal static class KeySchema
{
    private static readonly JsonSerializerOptions Options = new() { WriteIndented = true, NewLine = "\n", Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>The schema of a file.</summary>
    /// <param name="file">Its name.</param>
    /// <param name="properties">Its keys at the top level.</param>
    /// <param name="definitions">What <see cref="Reference"/> names; null for none.</param>
    /// <param name="required">Those that it has to have; null for none.</param>
    public static JsonObject Of(string file, JsonObject properties, JsonObject? definitions = null, JsonArray? required = null)
    {
        var schema = new JsonObject
        {
            ["$schema"] = "http://json-schema.org/draft-07/schema#",
            ["title"] = $"SmartSink: {file}",
            ["type"] = "object",
            ["additionalProperties"] = false,
            ["properties"] = properties,
        };
        if (required is not null)
        {
            schema["required"] = required;
        }

        if (definitions is not null)
        {
            schema["definitions"] = definitions;
        }

        return schema;
    }

    /// <summary>What a policy's file may say at the top level.</summary>
    public static JsonObject PolicyProperties()
    {
        var properties = Properties(PolicyKeys.Plain);
        properties["default"] = Described(Reference("rates"), "The rates of every domain that does not override them.");
        properties["domain"] = Described(Named(Reference("domain")), "Rates by domain, such as \"example.com\", or pattern, such as \"*.example.com\" or \"example.*\".");
        foreach (var (kind, what) in new[] { ("bounce", "that refuse permanently"), ("defer", "that refuse temporarily"), ("tls", "to clients without TLS where it is required"), ("throttle", "to senders over a limit") })
        {
            var list = new JsonObject { ["type"] = "array", ["minItems"] = 1, ["items"] = Reference(kind == "throttle" ? kind : "reply") };
            properties[kind] = Described(Named(list), $"The replies {what}, by domain, pattern, or \"*\" for all others.");
        }

        foreach (var (tables, what) in new[]
        {
            ("mx", "Mail servers by the addresses that clients meant to connect to."), ("answers", "The answers to successive attempts."), ("fault", "Deliberate faults."),
            ("schedule", "Settings that apply at certain times."),
        })
        {
            properties[tables] = Described(ListOf(Reference(tables)), what);
        }

        return properties;
    }

    /// <summary>What <see cref="PolicyProperties"/> refer to.</summary>
    public static JsonObject PolicyDefinitions() => new()
    {
        ["rates"] = Table(PolicyKeys.Default),
        ["domain"] = Table(PolicyKeys.Domain),
        ["reply"] = Table(PolicyKeys.Reply),
        ["throttle"] = Table(PolicyKeys.Throttle),
        ["mx"] = Table(PolicyKeys.Mx),
        ["answers"] = Table(PolicyKeys.Answers),
        ["fault"] = Table(PolicyKeys.Fault),
        ["schedule"] = Table(PolicyKeys.Schedule),
    };

    /// <summary>The text of a schema's file.</summary>
    public static string Write(JsonObject schema) => schema.ToJsonString(Options) + "\n";

    /// <summary>Where a file says something that its schema does not know, or in another type.</summary>
    public static IEnumerable<string> FaultsOf(TomlTable file, JsonNode schema) => FaultsOf(file, schema, schema, "the top level");

    /// <summary>A definition.</summary>
    public static JsonObject Reference(string name) => new() { ["$ref"] = "#/definitions/" + name };

    /// <summary>A table with any names.</summary>
    public static JsonObject Named(JsonObject value) => new() { ["type"] = "object", ["additionalProperties"] = value };

    /// <summary>A list of any length.</summary>
    public static JsonObject ListOf(JsonObject item) => new() { ["type"] = "array", ["items"] = item };

    public static JsonObject Described(JsonObject schema, string description)
    {
        schema["description"] = description;
        return schema;
    }

    public static JsonObject Properties(IEnumerable<PolicyKey> keys) =>
        new(keys.Select(key => KeyValuePair.Create<string, JsonNode?>(key.Name, Described(ValueOf(key), key.Description))));

    public static JsonObject Table(IReadOnlyCollection<PolicyKey> keys)
    {
        var table = new JsonObject { ["type"] = "object", ["additionalProperties"] = false };
        if (keys.Any(key => key.IsRequired))
        {
            table["required"] = Required(keys);
        }

        if (keys.SingleOrDefault(key => key.Substitute is not null) is { } replaceable)
        {
            table["anyOf"] = new JsonArray([.. new[] { replaceable.Name, replaceable.Substitute! }.Select(name => new JsonObject { ["required"] = Names([name]) })]);
        }

        table["properties"] = Properties(keys);
        return table;
    }

    /// <summary>The names of those that there have to be.</summary>
    public static JsonArray Required(IEnumerable<PolicyKey> keys) => Names(keys.Where(key => key is { IsRequired: true, Substitute: null }).Select(key => key.Name));

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

    private static IEnumerable<string> FaultsOf(TomlValue value, JsonNode schema, JsonNode root, string where)
    {
        while (schema["$ref"] is { } reference)
        {
            schema = root["definitions"]![((string)reference!)["#/definitions/".Length..]]!;
        }

        if (schema["anyOf"] is JsonArray choices && choices[0]!["type"] is not null)
        {
            schema = choices.FirstOrDefault(choice => TypesOf(value).Contains((string)choice!["type"]!)) ?? schema;
        }

        if (!TypesOf(value).Contains((string?)schema["type"]))
        {
            return [$"{where}: {value} has the wrong type"];
        }

        if (value is TomlScalar<string> text && schema["enum"] is JsonArray words && !words.Any(word => (string)word! == text.Value))
        {
            return [$"{where}: {text.Value} is not among the words"];
        }

        return value switch
        {
            TomlArray array => array.Items.SelectMany(item => FaultsOf(item, schema["items"]!, root, where)),
            TomlTable table => table.Entries.SelectMany(entry => (schema["properties"]?[entry.Key] ?? schema["additionalProperties"] as JsonObject) is { } next
                ? FaultsOf(entry.Value, next, root, $"{entry.Key} in {where}")
                : [$"{entry.Key} in {where}: unknown"]),
            _ => [],
        };
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
}
