using System.Text;

namespace SmartSink.Testing.Policies;

/// <summary>The text of a policy with so many domains, each with rates and two replies of its own.</summary>
public static class GeneratedPolicyText
{
    /// <summary>The text of responses.toml.</summary>
    /// <param name="domains">How many; 0 leaves the default rates alone.</param>
    public static string Of(int domains)
    {
        var text = new StringBuilder("[default]\nbounce = 10\ndefer = 5\n");
        for (var i = 0; i < domains; i++)
        {
            var domain = Domain(i);
            text.Append($"[domain.\"{domain}\"]\nbounce = 5.5\ndefer = 20\n")
                .Append($"[[bounce.\"{domain}\"]]\ncode = 550\nmsg = \"5.1.1 <{{recipient}}>: no such user\"\n")
                .Append($"[[defer.\"{domain}\"]]\ncode = 451\nmsg = \"4.7.1 Try again later\"\n");
        }

        return text.ToString();
    }

    /// <summary>The name of one of the domains, counted from 0.</summary>
    public static string Domain(int number) => $"mail{number}.provider{number % 97}.example";
}
