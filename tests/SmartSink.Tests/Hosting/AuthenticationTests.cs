using SmartSink.Hosting;
using SmartSink.Smtp.Auth;
using SmartSink.Testing;
using SmartSink.Tests.Connections;

namespace SmartSink.Tests.Hosting;

public sealed class AuthenticationTests
{
    private const string Plain = "AUTH PLAIN AGFubgBzZWNyZXQ=";

    [Fact]
    public async Task Attempts_are_judged_by_the_file_and_counted()
    {
        using var folder = new TemporaryFolder();
        var users = folder.Write("users", "ann:secret\n");
        await using var sink = await RunningSink.StartAsync(configure: settings => settings with { AuthCleartext = true, AuthUsersFile = users, Auth = AuthMode.Required });
        using var client = await sink.ConnectAsync();

        (await client.SayAsync("MAIL FROM:<a@b.example>")).ShouldStartWith("530 5.7.0");
        (await client.SayAsync("AUTH PLAIN AGFubgB3cm9uZw==")).ShouldStartWith("535 5.7.8");
        (await client.SayAsync(Plain)).ShouldStartWith("235 2.7.0");
        (await client.SayAsync("MAIL FROM:<a@b.example>")).ShouldStartWith("250 2.1.0");

        var metrics = await sink.ScrapeAsync();
        metrics.Sum("smartsink_authentications_total", ("mechanism", "plain"), ("result", "refused")).ShouldBe(1);
        metrics.Sum("smartsink_authentications_total", ("mechanism", "plain"), ("result", "accepted")).ShouldBe(1);
        metrics.Sum("smartsink_authentications_total").ShouldBe(2);
    }

    [Fact]
    public async Task Users_follow_their_file()
    {
        using var folder = new TemporaryFolder();
        var users = folder.Write("users", "ann:other\n");
        await using var sink = await RunningSink.StartAsync(configure: settings => settings with { AuthCleartext = true, AuthUsersFile = users });
        (await CodeAsync()).ShouldBe("535");

        File.Move(folder.Write("new", "ann:secret\n"), users, overwrite: true);
        await Patience.UntilAsync(async () => await CodeAsync() == "235");

        File.Move(folder.Write("new", "ann:secret\nbob\n"), users, overwrite: true);
        await Patience.UntilAsync(async () => (await sink.ScrapeAsync()).Sum("smartsink_auth_user_reloads_total", ("result", "rejected")) == 1);
        (await CodeAsync()).ShouldBe("235");
        (await sink.ScrapeAsync()).Sum("smartsink_auth_user_reloads_total", ("result", "applied")).ShouldBe(1);

        async Task<string> CodeAsync()
        {
            using var client = await sink.ConnectAsync();
            return (await client.SayAsync(Plain))[..3];
        }
    }

    [Fact]
    public async Task A_share_is_refused_and_repeats_with_the_seed_of_the_policy()
    {
        var first = await CodesAsync();
        first.Order().Distinct().ShouldBe(["235", "454", "535"]);
        (await CodesAsync()).ShouldBe(first);

        static async Task<List<string>> CodesAsync()
        {
            await using var sink = await RunningSink.StartAsync("seed = 42", settings => settings with { AuthCleartext = true, AuthFailPercent = 30, AuthTempFailPercent = 30 });
            var codes = new List<string>();
            for (var i = 0; i < 40; i++)
            {
                using var client = await sink.ConnectAsync();
                codes.Add((await client.SayAsync(Plain))[..3]);
            }

            return codes;
        }
    }

    [Fact]
    public async Task A_wrong_file_of_users_stops_the_start()
    {
        using var folder = new TemporaryFolder();
        var users = folder.Write("users", "ann\nbob\n");
        var failure = await Should.ThrowAsync<StartException>(() => RunningSink.StartAsync(configure: settings => settings with { AuthUsersFile = users }));
        failure.ExitCode.ShouldBe(2);
        failure.Lines.ShouldBe([$"{users}(1,4): error: expected a colon and the password", $"{users}(2,4): error: expected a colon and the password"]);
    }
}
