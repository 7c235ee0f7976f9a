using System.Text;
using SmartSink.Testing;
using SmartSink.TrafficGen.Messages;
using SmartSink.TrafficGen.Options;

namespace SmartSink.TrafficGen.Tests.Messages;

public sealed class RecipientListTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData(null, "")]
    [InlineData("sink.test", ".sink.test")]
    [InlineData(".sink.test", ".sink.test")]
    public void Addresses_come_in_turn_with_their_domains(string? suffix, string end)
    {
        var list = Read(" a@One.test \n\n\tb@two.test\r\n\"c@d\"@one.test\nd@bücher.test", suffix);

        Enumerable.Range(0, 5).Select(number => (Encoding.UTF8.GetString(list[number].Address), list[number].Domain))
            .ShouldBe([($"a@One.test{end}", 0), ($"b@two.test{end}", 1), ($"\"c@d\"@one.test{end}", 0), ($"d@xn--bcher-kva.test{end}", 2), ($"a@One.test{end}", 0)]);
        Encoding.UTF8.GetString(list[long.MaxValue].Address).ShouldBe(Encoding.UTF8.GetString(list[long.MaxValue % 4].Address));
    }

    [Fact]
    public void Without_any_there_is_no_list() => RecipientList.Of(new TrafficOptions()).ShouldBeNull();

    private RecipientList Read(string text, string? suffix)
    {
        var recipients = RecipientsFile.Read(_folder.Write("recipients.txt", text), utf8: false, suffix ?? string.Empty);
        return RecipientList.Of(new TrafficOptions
        {
            Recipients = recipients,
            Domains = [.. recipients.Select(recipient => recipient.Domain).Distinct(StringComparer.Ordinal).Select(domain => new WeightedDomain(domain, 1))],
            DomainSuffix = suffix,
        }).ShouldNotBeNull();
    }
}
