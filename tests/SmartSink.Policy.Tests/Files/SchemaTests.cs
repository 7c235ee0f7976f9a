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

    public static TheoryData<string> PolicyFiles =>
    [
        Catalogue.MainFile,
        .. Catalogue.Files.Select(file => RepositoryRoot.Combine("policy", "providers", file)),
        RepositoryRoot.Combine("tests", "SmartSink.Policy.Tests", "golden", "valid", "every-key.toml"),
    ];

    [Fact]
    public void The_schema_is_made_of_the_readers_catalogue_of_keys()
    {
        var expected = KeySchema.Write(KeySchema.Of("responses.toml", KeySchema.PolicyProperties(), KeySchema.PolicyDefinitions()));
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
    public void Every_key_and_type_of_a_valid_policy_is_in_the_schema(string file) =>
        KeySchema.FaultsOf(TomlReader.Read(File.ReadAllBytes(file)).Root, JsonNode.Parse(File.ReadAllText(SchemaFile))!).ShouldBeEmpty();

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
}
