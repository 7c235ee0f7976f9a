using System.Text.Json;
using SmartSink.Behaviour.Rules;
using SmartSink.Policy.Files;
using SmartSink.Shared;

namespace SmartSink.Scenarios;

/// <summary>
/// Reads an override or an overlay out of JSON: names and types, all mistakes at once. What the values mean is judged behind it, so that a value that cannot be
/// read is left out here, and known there by its place among the mistakes.
/// </summary>
internal sealed class OverrideJsonReader
{
    private const int LongestQuote = 100;
    private const int LongestNumber = 30;

    private static readonly JsonDocumentOptions Strict = new() { AllowDuplicateProperties = false };

    private readonly List<OverrideProblem> _problems = [];

    /// <summary>What is wrong with names and types.</summary>
    public IReadOnlyList<OverrideProblem> Problems => _problems;

    /// <summary>What a body says of an override; null when it is no JSON object.</summary>
    public OverrideText? Read(ReadOnlyMemory<byte> body) => Read(body, NamesOf(OverrideKeys.All), ReadOverride);

    /// <summary>What a body says of an overlay; null when it is no JSON object.</summary>
    public OverlayText? ReadOverlay(ReadOnlyMemory<byte> body) => Read(body, ["name", "policy", "tls_faults", "for"], fields => new OverlayText
    {
        Name = fields.Text("name"),
        Policy = fields.Text("policy"),
        TlsFaults = fields.Text("tls_faults"),
        For = fields.Text("for"),
    });

    private T? Read<T>(ReadOnlyMemory<byte> body, string[] known, Func<Fields, T> read)
        where T : class
    {
        try
        {
            using var document = JsonDocument.Parse(body, Strict);
            if (document.RootElement is var root && root.ValueKind == JsonValueKind.Object)
            {
                return read(new Fields(this, root, string.Empty, known));
            }

            Report(string.Empty, $"the body must be an object, not {NameOf(root)}");
            return null;
        }
        catch (JsonException exception)
        {
            Report(string.Empty, exception.LineNumber is { } line
                ? $"the body is not JSON: line {line + 1}, byte {exception.BytePositionInLine + 1}"
                : "the body is not JSON, or gives a name twice");
            return null;
        }
        catch (InvalidOperationException)
        {
            // Half of a surrogate pair, written as \uD800, in a name.
            Report(string.Empty, "a name in the body is not Unicode text");
            return null;
        }
    }

    private static OverrideText ReadOverride(Fields fields)
    {
        var reply = default(OverrideReply);
        var match = fields.Object("match", NamesOf(OverrideKeys.Match));
        var action = fields.Object("do", NamesOf(OverrideKeys.Do));
        if (action?.Object("reply", NamesOf(OverrideKeys.Reply)) is { } given)
        {
            reply = new OverrideReply { Code = given.Whole("code"), Msg = given.Text("msg"), Label = given.Text("label"), Close = given.Truth("close") };
        }

        return new OverrideText
        {
            Match = match is null ? new OverrideMatch() : new OverrideMatch
            {
                Domain = match.Texts("domain"),
                Recipient = match.Text("recipient"),
                Sender = match.Text("sender"),
                Client = match.Text("client"),
                Stage = match.Text("stage"),
            },
            Do = action is null ? new OverrideAction() : new OverrideAction
            {
                Defer = action.Number("defer"),
                Bounce = action.Number("bounce"),
                Reply = reply,
                Accept = action.Truth("accept"),
                Delay = action.Text("delay"),
                Fault = action.Text("fault"),
                When = action.Text("when"),
            },
            Share = fields.Number("share"),
            Times = fields.Whole("times"),
            For = fields.Text("for"),
            Name = fields.Text("name"),
        };
    }

    private static string[] NamesOf(PolicyKey[] keys) => Array.ConvertAll(keys, static key => key.Name);

    private static string NameOf(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.Object => "an object",
        JsonValueKind.Array => "a list",
        JsonValueKind.String => "a string",
        JsonValueKind.Number when value.GetRawText() is var digits => digits.Length <= LongestNumber ? digits : "a longer number",
        JsonValueKind.Null => "null",
        _ => "true or false",
    };

    private void Report(string pointer, string detail) => _problems.Add(new OverrideProblem(pointer, detail));

    /// <summary>The fields of one object; one that is null counts as left out.</summary>
    private sealed class Fields
    {
        private readonly OverrideJsonReader _reader;
        private readonly string _pointer;
        private readonly Dictionary<string, JsonElement> _values = new(StringComparer.Ordinal);

        public Fields(OverrideJsonReader reader, JsonElement value, string pointer, string[] known)
        {
            _reader = reader;
            _pointer = pointer;
            foreach (var field in value.EnumerateObject())
            {
                var name = field.Name;
                if (!known.Contains(name))
                {
                    var quoted = name.Length <= LongestQuote ? name : name[..LongestQuote] + "…";
                    reader.Report(PointerTo(quoted), OneLine.Escape($"unknown field \"{quoted}\"{Suggestion.Of(quoted, known)}"));
                }
                else if (field.Value.ValueKind != JsonValueKind.Null)
                {
                    _values[name] = field.Value;
                }
            }
        }

        public Fields? Object(string name, string[] known) =>
            Read(name, "an object", value => value.ValueKind == JsonValueKind.Object ? new Fields(_reader, value, PointerTo(name), known) : null);

        public string? Text(string name) => Read(name, "a string", TextOf);

        public double? Number(string name) =>
            Read<object>(name, "a number", value => value.ValueKind == JsonValueKind.Number && value.TryGetDouble(out var number) ? number : null) as double?;

        public long? Whole(string name) =>
            Read<object>(name, "a whole number", value => value.ValueKind == JsonValueKind.Number && value.TryGetInt64(out var number) ? number : null) as long?;

        public bool? Truth(string name) =>
            Read<object>(name, "true or false", value => value.ValueKind is JsonValueKind.True or JsonValueKind.False ? value.GetBoolean() : null) as bool?;

        /// <summary>A string, or a list of strings.</summary>
        public IReadOnlyList<string>? Texts(string name) => Read<IReadOnlyList<string>>(name, "a string or a list of strings", value =>
        {
            if (value.ValueKind != JsonValueKind.Array)
            {
                return TextOf(value) is { } text ? [text] : null;
            }

            var texts = new List<string>();
            foreach (var item in value.EnumerateArray())
            {
                if (TextOf(item) is not { } text)
                {
                    return null;
                }

                texts.Add(text);
            }

            return texts;
        });

        private T? Read<T>(string name, string wanted, Func<JsonElement, T?> read)
            where T : class
        {
            if (!_values.TryGetValue(name, out var value))
            {
                return null;
            }

            var result = read(value);
            if (result is null)
            {
                _reader.Report(PointerTo(name), value.ValueKind == JsonValueKind.String && wanted.StartsWith("a string", StringComparison.Ordinal)
                    ? $"{name} is not Unicode text"
                    : $"{name} must be {wanted}{(value.ValueKind == JsonValueKind.Array && wanted.EndsWith("strings", StringComparison.Ordinal) ? string.Empty : $", not {NameOf(value)}")}");
            }

            return result;
        }

        // Null also for half of a surrogate pair.
        private static string? TextOf(JsonElement value)
        {
            try
            {
                return value.ValueKind == JsonValueKind.String ? value.GetString() : null;
            }
            catch (InvalidOperationException)
            {
                return null;
            }
        }

        private string PointerTo(string name) => $"{_pointer}/{name.Replace("~", "~0", StringComparison.Ordinal).Replace("/", "~1", StringComparison.Ordinal)}";
    }
}

/// <summary>
/// What an override may say, table by table: what the reader knows and suggests, and what policy/scenario.schema.json is made of. What a policy has, too, is as there.
/// </summary>
internal static class OverrideKeys
{
    public static readonly PolicyKey[] Match =
    [
        As(PolicyKeys.Fault, "domain"),
        As(PolicyKeys.Fault, "recipient"),
        As(PolicyKeys.Fault, "sender"),
        As(PolicyKeys.Fault, "client"),
        As(PolicyKeys.Fault, "stage") with { Description = "At which command; rcpt unless given, data for accept-then-drop." },
    ];

    public static readonly PolicyKey[] Reply =
    [
        As(PolicyKeys.Reply, "code"),
        As(PolicyKeys.Reply, "msg") with { Type = KeyType.Text, Description = "The text, lines separated by \\n, with the placeholders of a policy.", Substitute = null },
        As(PolicyKeys.Reply, "label"),
        As(PolicyKeys.Reply, "close"),
    ];

    public static readonly PolicyKey[] Do =
    [
        As(PolicyKeys.Default, "defer"),
        As(PolicyKeys.Default, "bounce"),
        new("reply", KeyType.Table, "The reply that all of them get.") { Keys = Reply },
        new("accept", KeyType.Truth, "True: accepted, whatever rates and limits say."),
        new("delay", KeyType.Delay, "How long the reply takes, such as 20ms, 5ms..30ms or lognormal(50ms, 0.5)."),
        As(PolicyKeys.Fault, "do") with { Name = "fault", IsRequired = false },
        As(PolicyKeys.Fault, "when"),
    ];

    public static readonly PolicyKey[] All =
    [
        new("match", KeyType.Table, "Which recipients it applies to; all unless given.") { Keys = Match },
        new("do", KeyType.Table, "What it does: one of defer and bounce, reply, accept, delay and fault.") { Keys = Do, IsRequired = true },
        new("share", KeyType.Number, "Percent of the matching recipients; 100 unless given.") { Minimum = 0, Maximum = 100 },
        new("times", KeyType.Whole, "How often it acts; as long as it lasts unless given.") { Minimum = 1, Maximum = int.MaxValue },
        new("for", KeyType.Time, "How long it lasts, such as 5m."),
        new("name", KeyType.Text, "What the log and metrics call it.") { MinimumLength = 1 },
    ];

    private static PolicyKey As(PolicyKey[] keys, string name) => Array.Find(keys, key => key.Name == name)!;
}
