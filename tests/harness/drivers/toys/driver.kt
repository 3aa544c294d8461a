// A driver in Kotlin, on any JVM; it needs Gson. Sdk is what it drives: yours, in place of the toy.
import com.google.gson.GsonBuilder
import com.google.gson.JsonObject
import com.google.gson.JsonParser
import java.util.concurrent.ConcurrentHashMap
import java.util.concurrent.Executors

private val gson = GsonBuilder().serializeNulls().create()

/** Each action that the SDK has, by its name in the protocol: these are the capabilities. */
private val actions = mapOf<String, (Sdk, JsonObject) -> Any?>(
    "send_email_otp" to { sdk, args -> sdk.sendEmailOtp(args["email"].asString) },
    "verify_otp" to { sdk, args ->
        sdk.verifyOtp(args.getAsJsonObject("verification")["verificationUUID"].asString, args["code"].asString)
        null
    },
    "register_totp_mfa_device" to { sdk, _ -> sdk.registerTotp() },
    "authenticate_totp_mfa_device" to { sdk, args -> sdk.authenticateTotp(args["code"].asString); null },
    "get_mfa_devices" to { sdk, _ -> sdk.devices() },
    "refresh_user" to { sdk, _ -> sdk.refreshUser() },
    "is_user_missing_mfa_auth" to { sdk, _ -> sdk.isMissingMfa() },
    "logout" to { sdk, _ -> sdk.logout(); null },
    "state" to { sdk, _ -> mapOf("user" to sdk.user, "token" to sdk.token, "expires_at" to sdk.expiresAt) }
)

@Synchronized // one line at a time: results may come from several threads
private fun say(name: String, message: Map<String, Any?>) {
    println(gson.toJson(mapOf(name to message)))
    System.out.flush()
}

private fun perform(sdk: Sdk, doing: JsonObject) {
    val answer = try {
        "value" to actions.getValue(doing["action"].asString)(sdk, doing.getAsJsonObject("args"))
    } catch (refused: Refused) {
        "error" to mapOf("kind" to refused.kind, "status" to refused.status, "message" to refused.message)
    } catch (odd: Exception) {
        "error" to mapOf("kind" to "other", "message" to "$odd")
    }
    say("result", mapOf("id" to doing["id"].asInt, answer))
}

fun main() {
    val clients = ConcurrentHashMap<String, Sdk>()
    val pool = Executors.newCachedThreadPool()
    for (line in generateSequence(::readLine).map { JsonParser.parseString(it).asJsonObject }.takeWhile { !it.has("bye") }) {
        val doing = line.getAsJsonObject("do")
        if (doing == null) {
            say("hello", mapOf("protocol" to 1, "name" to "toy in Kotlin", "version" to "1", "enrolment" to "auth", "capabilities" to listOf("initialize") + actions.keys))
        } else if (doing["action"].asString == "initialize") {
            val args = doing.getAsJsonObject("args")
            clients[doing["client"].asString] = Sdk(args["base_url"].asString, args["environment_id"].asString)
            say("result", mapOf("id" to doing["id"].asInt, "value" to null))
        } else {
            pool.execute { perform(clients.getValue(doing["client"].asString), doing) }
        }
    }
    pool.shutdown()
}
