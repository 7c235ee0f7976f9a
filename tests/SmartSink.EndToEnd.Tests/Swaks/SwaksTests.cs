using SmartSink.Testing.Processes;

namespace SmartSink.EndToEnd.Tests.Swaks;

/// <summary>What a person sees who tries the sink by hand.</summary>
public sealed class SwaksTests
{
    private const string Policy = """
        [default]
        bounce = 0
        defer = 0

        [[defer."gmail.com"]]
        code = 450
        msg = "4.2.1 The user you are trying to contact is receiving mail too quickly. {id} - gsmtp"

        [[bounce."yahoo.com"]]
        code = 554
        msg = "5.4.4 dd This user doesn't have a yahoo.com account ({recipient})"
        stage = "data"
        """;

    [Fact]
    public async Task Mail_is_accepted_with_an_id()
    {
        var result = await SendAsync("anyone@gmail.com");

        result.ExitCode.ShouldBe(0, result.ToString());
        result.Output.ShouldMatch(@"<-  250 2\.0\.0 [^\r\n]*\b[A-Z0-9]{8,}\b");
    }

    [Fact]
    public async Task Tempfail_gets_the_domains_own_defer_reply()
    {
        var result = await SendAsync("tempfail@gmail.com");

        result.ExitCode.ShouldBe(24, result.ToString()); // swaks: no recipient was accepted
        result.Output.ShouldContain("<** 450 4.2.1 The user you are trying to contact is receiving mail too quickly.");
    }

    [Fact]
    public async Task Permfail_gets_the_domains_own_bounce_reply_at_its_stage()
    {
        var result = await SendAsync("permfail@yahoo.com");

        result.ExitCode.ShouldBe(26, result.ToString()); // swaks: refused at end of data
        result.Output.ShouldContain("<** 554 5.4.4 dd This user doesn't have a yahoo.com account (permfail@yahoo.com)");
    }

    [Fact]
    public async Task STARTTLS_is_taken_and_the_message_passes()
    {
        var result = await SendAsync("anyone@gmail.com", "--tls");

        result.ExitCode.ShouldBe(0, result.ToString());
        result.Output.ShouldMatch(@"TLS started with cipher TLSv1\.3");
    }

    [Fact]
    public async Task A_pipelined_batch_is_answered_in_step()
    {
        var result = await SendAsync("one@gmail.com,permfail@gmail.com,two@gmail.com", "--pipeline");

        result.ExitCode.ShouldBe(0, result.ToString());
        result.Output.ShouldContain("<** 550 5.1.1"); // gmail.com has no bounce reply in this policy: the built-in one
        result.Output.ShouldContain("<-  250 2.0.0");
    }

    private static Task<ToolResult> SendAsync(string recipients, params string[] more) =>
        SwaksClient.SendAsync(Policy, recipients, new Dictionary<string, string>(), more);
}
