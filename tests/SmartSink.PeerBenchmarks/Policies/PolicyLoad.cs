using System.Text;
using SmartSink.PeerBenchmarks.Clients;
using SmartSink.Testing.Policies;

namespace SmartSink.PeerBenchmarks.Policies;

/// <summary>Recipients spread over a policy's domains, as octets that are ready to be sent.</summary>
internal sealed class PolicyLoad
{
    /// <summary>Recipients in one transaction: as many as the server takes, as shipped.</summary>
    private const int Batch = 1000;

    private const int Batches = 100;

    /// <summary>A prime, so that every domain comes up, and neighbours in the file do not follow each other.</summary>
    private const long Stride = 7919;

    private readonly byte[][] _transactions;

    /// <summary>Prepares them.</summary>
    /// <param name="domains">How many domains of a generated policy to spread them over.</param>
    public PolicyLoad(int domains) =>
        _transactions = [.. Enumerable.Range(0, Batches).Select(batch => Encoding.ASCII.GetBytes(Transaction(batch * Batch, domains)))];

    /// <summary>Names recipients on one connection, a thousand in a transaction, without a message.</summary>
    /// <param name="port">The sink's on 127.0.0.1.</param>
    /// <param name="recipients">How many; whole thousands.</param>
    public void Run(int port, int recipients)
    {
        using var client = DialogClient.Connect(port);
        client.Greet();
        for (var transaction = 0; transaction < recipients / Batch; transaction++)
        {
            client.Send(_transactions[transaction % Batches]);
            client.ReadLines(Batch + 2);
        }
    }

    private static string Transaction(int first, int domains)
    {
        var text = new StringBuilder("MAIL FROM:<sender@source.test>\r\n");
        for (var recipient = first; recipient < first + Batch; recipient++)
        {
            text.Append($"RCPT TO:<user@{GeneratedPolicy.Domain((int)(recipient * Stride % domains))}>\r\n");
        }

        return text.Append("RSET\r\n").ToString();
    }
}
