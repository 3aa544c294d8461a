// Every hook of the vendor's that an action needs.
import {
  useAuthenticatePasskeyMFA, useConnectWithOtp, useDeletePasskey, useDeleteUserAccount, useDynamicClient, useDynamicContext,
  useDynamicEvents, useDynamicModals, useExternalAuth, useGetMfaToken, useGetPasskeys, useGetUserMfaMethods,
  useIsMfaRequiredForAction, useMfa, usePromptMfaAuth, useRefreshAuth, useRefreshUser, useRegisterPasskey, useSignInWithPasskey,
  useStepUpAuthentication, useUserUpdateRequest,
} from '@dynamic-labs/sdk-react-core';

export function useHooks({ relatedOriginRpId, onFailure }) {
  useDynamicEvents('mfaCompletionFailure', onFailure);
  return {
    client: useDynamicClient(),
    context: useDynamicContext(),
    modals: useDynamicModals(),
    promptMfa: usePromptMfaAuth(),
    otp: useConnectWithOtp(),
    externalAuth: useExternalAuth(),
    mfa: useMfa(),
    stepUp: useStepUpAuthentication(),
    userUpdate: useUserUpdateRequest(),
    account: useDeleteUserAccount(),
    getMethods: useGetUserMfaMethods(),
    getMfaToken: useGetMfaToken(),
    isMfaRequiredForAction: useIsMfaRequiredForAction(),
    refreshAuth: useRefreshAuth(),
    refreshUser: useRefreshUser(),
    registerPasskey: useRegisterPasskey(),
    authenticatePasskey: useAuthenticatePasskeyMFA(),
    signInWithPasskey: useSignInWithPasskey({ relatedOriginRpId }),
    getPasskeys: useGetPasskeys(),
    deletePasskey: useDeletePasskey(),
  };
}
